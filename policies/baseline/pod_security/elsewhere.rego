package sluice.object.privileges_elsewhere

import data.sluice.lib.pods

# METADATA
# title: Privileges in kinds that are not built in
# description: A custom resource from which an operator makes pods may ask for the host in a place of its own, such as the single container of an Argo template or a Tekton step.
# custom:
#   severity: high
#   controls:
#     - CIS-Kubernetes-1.12-5.2.2
#     - CIS-Kubernetes-1.12-5.2.5
#     - PCI-DSS-2.2.6
#   remediation: Remove the field, or cover this kind by a policy of your own and leave this one out.
deny contains {"msg": msg, "path": path} if {
	not pods.template_paths[pods.kind]
	not pods.kind in {"apiextensions.k8s.io/CustomResourceDefinition", "/PersistentVolume"}
	walk(input.object, [at, value])
	field := at[count(at) - 1]
	asks_for_host(field, value)
	msg := sprintf("%s is set in a %s", [field, input.object.kind])
	path := pods.pointer([], at)
}

asks_for_host(field, true) if {
	field in {"privileged", "allowPrivilegeEscalation", "hostNetwork", "hostPID", "hostIPC", "hostProcess"}
}

asks_for_host("hostPath", value) if is_object(value)
