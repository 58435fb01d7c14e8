package sluice.object.privileged

import data.sluice.lib.pods

# METADATA
# title: Privileged containers
# description: A privileged container has the host's devices and every capability; whoever breaks in owns the node.
# custom:
#   severity: critical
#   controls:
#     - PSS-baseline/Privileged-Containers
#     - CIS-Kubernetes-1.12-5.2.2
#     - PCI-DSS-2.2.6
#     - NSA-CISA-KHG-1.2/Pod-security-enforcement
#   remediation: Remove securityContext.privileged, or set it to false.
deny contains {"msg": msg, "path": path} if {
	some entry in pods.containers
	value := entry.container.securityContext.privileged
	not value in {false, null}
	msg := sprintf("container %s is privileged", [pods.name(entry.container)])
	path := pods.pointer(entry.path, ["securityContext", "privileged"])
}
