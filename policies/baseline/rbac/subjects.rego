package sluice.object.rbac_subjects

import data.sluice.lib.pods
import data.sluice.lib.rbac

# METADATA
# title: Bindings to everybody
# description: These subjects stand for whoever comes, or for administrators whom no role can bound.
# custom:
#   severity: high
#   controls:
#     - CIS-Kubernetes-1.12-5.1.7
#     - PCI-DSS-7.2.2
#     - NSA-CISA-KHG-1.2/Role-based-access-control
#   remediation: Bind a group or a service account of your own.
deny contains {"msg": msg, "path": path} if {
	rbac.is_binding
	some index, subject in input.object.subjects
	subject.name in {"system:anonymous", "system:unauthenticated", "system:authenticated", "system:masters"}
	msg := sprintf("binds a role to %s", [subject.name])
	path := pods.pointer(["subjects"], [index, "name"])
}
