package sluice.object.volume_types

import data.sluice.lib.pods

# METADATA
# scope: document
# title: Volume types
# description: Storage comes through persistent volume claims, so that its administrators decide what a pod can reach.
# custom:
#   severity: medium
#   controls:
#     - PSS-restricted/Volume-Types
#     - CIS-Kubernetes-1.12-5.6.3
#     - PCI-DSS-2.2.6
#     - NSA-CISA-KHG-1.2/Pod-security-enforcement
#   remediation: Use a persistentVolumeClaim, or another of the types that are allowed.
deny contains {"msg": msg, "path": path} if {
	some pod in pods.pods
	some index, volume in pod.spec.volumes
	some type, source in volume
	source != null

	# A rule of its own is about host paths.
	not type in {"name", "hostPath"}
	not type in allowed
	msg := sprintf("volume %s is of the type %s", [pods.name(volume), type])
	path := pods.pointer(pod.path, ["volumes", index, type])
}

deny contains {"msg": msg, "path": path} if {
	some pod in pods.pods
	some index, volume in pod.spec.volumes
	sources := {type | some type, source in volume; source != null}
	count(sources - {"name"}) == 0
	msg := sprintf("volume %s names no type", [pods.name(volume)])
	path := pods.pointer(pod.path, ["volumes", index])
}

allowed := {
	"configMap",
	"csi",
	"downwardAPI",
	"emptyDir",
	"ephemeral",
	"image",
	"persistentVolumeClaim",
	"projected",
	"secret",
}
