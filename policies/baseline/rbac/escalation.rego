package sluice.object.rbac_escalation

import data.sluice.lib.pods
import data.sluice.lib.rbac

# METADATA
# title: Verbs that give more rights
# description: With bind, escalate or impersonate a subject takes rights that its role does not list.
# custom:
#   severity: high
#   controls:
#     - CIS-Kubernetes-1.12-5.1.8
#     - PCI-DSS-7.2.2
#     - NSA-CISA-KHG-1.2/Role-based-access-control
#   remediation: Remove the verb.
deny contains {"msg": msg, "path": path} if {
	rbac.is_role
	some index, rule in input.object.rules
	some at, verb in rule.verbs
	verb in {"bind", "escalate", "impersonate"}
	msg := sprintf("allows to %s", [verb])
	path := pods.pointer(["rules", index, "verbs"], [at])
}
