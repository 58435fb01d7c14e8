package sluice.object.privilege_escalation

import data.sluice.lib.pods

# METADATA
# title: Privilege escalation
# description: Without allowPrivilegeEscalation false, a setuid binary gives a process more than its parent has.
# custom:
#   severity: high
#   controls:
#     - PSS-restricted/Privilege-Escalation
#     - CIS-Kubernetes-1.12-5.2.6
#     - PCI-DSS-2.2.6
#     - NSA-CISA-KHG-1.2/Pod-security-enforcement
#   remediation: Set securityContext.allowPrivilegeEscalation to false.
deny contains {"msg": msg, "path": path} if {
	some entry in pods.containers
	object.get(entry.container, ["securityContext", "allowPrivilegeEscalation"], null) != false
	msg := sprintf("container %s does not forbid privilege escalation", [pods.name(entry.container)])
	path := pods.pointer(entry.path, ["securityContext", "allowPrivilegeEscalation"])
}
