package sluice.object.run_as_user

import data.sluice.lib.pods

# METADATA
# title: Running as user 0
# description: User 0 is root, in a container as on the node.
# custom:
#   severity: high
#   controls:
#     - PSS-restricted/Running-as-Non-root-user
#     - CIS-Kubernetes-1.12-5.2.7
#     - PCI-DSS-2.2.6
#     - NSA-CISA-KHG-1.2/Non-root-containers
#   remediation: Set runAsUser to another user, or remove it.
deny contains {"msg": "runAsUser is not a user other than root", "path": path} if {
	some entry in pods.security_contexts
	value := entry.context.runAsUser
	value != null
	not is_user(value)
	path := pods.pointer(entry.path, ["runAsUser"])
}

is_user(value) if {
	is_number(value)
	value > 0
}
