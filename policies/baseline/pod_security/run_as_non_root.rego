package sluice.object.run_as_non_root

import data.sluice.lib.pods

# METADATA
# scope: document
# title: Running as non-root
# description: Every container has to be kept from running as root, by itself or by its pod.
# custom:
#   severity: high
#   controls:
#     - PSS-restricted/Running-as-Non-root
#     - CIS-Kubernetes-1.12-5.2.7
#     - PCI-DSS-2.2.6
#     - NSA-CISA-KHG-1.2/Non-root-containers
#   remediation: Set securityContext.runAsNonRoot of the pod to true, and leave it out of its containers.
deny contains {"msg": "runAsNonRoot is not true", "path": path} if {
	some entry in pods.security_contexts
	value := entry.context.runAsNonRoot
	not value in {true, null}
	path := pods.pointer(entry.path, ["runAsNonRoot"])
}

deny contains {"msg": msg, "path": path} if {
	some entry in pods.containers
	object.get(entry.container, ["securityContext", "runAsNonRoot"], null) == null
	object.get(entry.spec, ["securityContext", "runAsNonRoot"], null) != true
	msg := sprintf("container %s may run as root", [pods.name(entry.container)])
	path := pods.pointer(entry.path, ["securityContext", "runAsNonRoot"])
}
