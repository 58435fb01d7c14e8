package sluice.object.host_storage

# METADATA
# title: Persistent volumes on the node
# description: A claim on such a volume gives a pod the node's files, though the pod itself names no path.
# custom:
#   severity: high
#   controls:
#     - CIS-Kubernetes-1.12-5.2.11
#     - PCI-DSS-2.2.6
#   remediation: Use a storage class, or a volume of another type.
deny contains {"msg": msg, "path": path} if {
	input.object.apiVersion == "v1"
	input.object.kind == "PersistentVolume"
	some type in {"hostPath", "local"}
	source := input.object.spec[type]
	source != null
	msg := sprintf("the volume's type is %s", [type])
	path := concat("", ["/spec/", type])
}
