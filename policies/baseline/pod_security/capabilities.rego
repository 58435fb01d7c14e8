package sluice.object.capabilities

import data.sluice.lib.pods

# METADATA
# scope: document
# title: Capabilities
# description: A container has to drop every Linux capability, and may take NET_BIND_SERVICE back.
# custom:
#   severity: high
#   controls:
#     - PSS-restricted/Capabilities
#     - CIS-Kubernetes-1.12-5.2.8
#     - CIS-Kubernetes-1.12-5.2.9
#     - PCI-DSS-2.2.6
#     - NSA-CISA-KHG-1.2/Pod-security-enforcement
#   remediation: Set securityContext.capabilities.drop to [ALL], and add NET_BIND_SERVICE at most.
deny contains {"msg": msg, "path": path} if {
	some entry in pods.containers
	some index, capability in entry.container.securityContext.capabilities.add
	capability != "NET_BIND_SERVICE"
	msg := sprintf("container %s adds the capability %v", [pods.name(entry.container), capability])
	path := pods.pointer(entry.path, ["securityContext", "capabilities", "add", index])
}

deny contains {"msg": msg, "path": path} if {
	some entry in pods.containers
	not drops_all(entry.container)
	msg := sprintf("container %s does not drop all capabilities", [pods.name(entry.container)])
	path := pods.pointer(entry.path, ["securityContext", "capabilities", "drop"])
}

# In a function, so that `not` covers the whole path: where a part of it is missing, nothing is dropped.
drops_all(container) if "ALL" in container.securityContext.capabilities.drop
