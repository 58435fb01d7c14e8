package sluice.object.rbac_wildcards

import data.sluice.lib.pods
import data.sluice.lib.rbac

# METADATA
# title: Wildcards in roles
# description: A wildcard allows what exists today, and everything that is installed tomorrow.
# custom:
#   severity: high
#   controls:
#     - CIS-Kubernetes-1.12-5.1.3
#     - PCI-DSS-7.2.2
#     - PCI-DSS-7.2.5
#     - NSA-CISA-KHG-1.2/Role-based-access-control
#   remediation: Name the API groups, resources and verbs that are needed.
deny contains {"msg": msg, "path": path} if {
	rbac.is_role
	some index, rule in input.object.rules
	some field in {"apiGroups", "resources", "verbs", "nonResourceURLs"}
	some at, value in rule[field]
	is_wildcard(value)
	msg := sprintf("%s has the wildcard %s", [field, value])
	path := pods.pointer(["rules", index, field], [at])
}

# `*`, a subresource of everything (`*/scale`), and every URL (`/*`).
is_wildcard(value) if regex.match(`^(\*|\*/.*|/\*)$`, value)
