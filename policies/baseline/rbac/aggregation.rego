package sluice.object.rbac_aggregation

import data.sluice.lib.pods
import data.sluice.lib.rbac

# METADATA
# title: Roles that collect every role
# description: An aggregated ClusterRole takes over the rules of each ClusterRole that its selectors match; an empty selector matches all, cluster-admin among them.
# custom:
#   severity: critical
#   controls:
#     - CIS-Kubernetes-1.12-5.1.1
#     - CIS-Kubernetes-1.12-5.1.3
#     - PCI-DSS-7.2.2
#   remediation: Name the label that the collected roles carry, or list the rules.
deny contains {"msg": msg, "path": path} if {
	rbac.is_role
	some index, selector in input.object.aggregationRule.clusterRoleSelectors
	not selects(selector)
	msg := "collects the rules of every role: the selector is empty"
	path := pods.pointer(["aggregationRule", "clusterRoleSelectors"], [index])
}

selects(selector) if count(selector.matchLabels) > 0

selects(selector) if count(selector.matchExpressions) > 0
