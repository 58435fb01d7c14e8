package sluice.object.selinux

import data.sluice.lib.pods

# METADATA
# scope: document
# title: SELinux
# description: A container may choose among SELinux' types for containers; a user or role of its own may free it.
# custom:
#   severity: medium
#   controls:
#     - PSS-baseline/SELinux
#     - CIS-Kubernetes-1.12-5.6.3
#     - PCI-DSS-2.2.6
#     - NSA-CISA-KHG-1.2/Hardening-container-environments
#   remediation: Remove user and role, and use a type such as container_t, or none.
deny contains {"msg": "the SELinux type is not one for containers", "path": path} if {
	some entry in pods.security_contexts
	type := entry.context.seLinuxOptions.type
	not type in {"", null, "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
	path := pods.pointer(entry.path, ["seLinuxOptions", "type"])
}

deny contains {"msg": msg, "path": path} if {
	some entry in pods.security_contexts
	some field in {"user", "role"}
	value := entry.context.seLinuxOptions[field]
	not value in {"", null}
	msg := sprintf("an SELinux %s is set", [field])
	path := pods.pointer(entry.path, ["seLinuxOptions", field])
}
