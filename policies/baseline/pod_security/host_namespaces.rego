package sluice.object.host_namespaces

import data.sluice.lib.pods

# METADATA
# title: Host namespaces
# description: In the node's namespaces a pod sees its processes, shares its memory or takes its network for its own.
# custom:
#   severity: high
#   controls:
#     - PSS-baseline/Host-Namespaces
#     - CIS-Kubernetes-1.12-5.2.3
#     - CIS-Kubernetes-1.12-5.2.4
#     - CIS-Kubernetes-1.12-5.2.5
#     - PCI-DSS-2.2.6
#     - NSA-CISA-KHG-1.2/Pod-security-enforcement
#   remediation: Remove the field, or set it to false.
deny contains {"msg": msg, "path": path} if {
	some pod in pods.pods
	some field in {"hostNetwork", "hostPID", "hostIPC"}
	value := pod.spec[field]
	not value in {false, null}
	msg := sprintf("%s is set", [field])
	path := pods.pointer(pod.path, [field])
}
