package sluice.object.host_path_volumes

import data.sluice.lib.pods

# METADATA
# title: Host paths
# description: A volume from the node's file system gives the node away, or what other pods keep on it.
# custom:
#   severity: high
#   controls:
#     - PSS-baseline/HostPath-Volumes
#     - CIS-Kubernetes-1.12-5.2.11
#     - PCI-DSS-2.2.6
#     - NSA-CISA-KHG-1.2/Pod-security-enforcement
#   remediation: Use a persistentVolumeClaim, a configMap or an emptyDir.
deny contains {"msg": msg, "path": path} if {
	some pod in pods.pods
	some index, volume in pod.spec.volumes
	value := volume.hostPath
	value != null
	msg := sprintf("volume %s is a path of the node", [pods.name(volume)])
	path := pods.pointer(pod.path, ["volumes", index, "hostPath"])
}
