package sluice.object.proc_mount

import data.sluice.lib.pods

# METADATA
# title: Mount of /proc
# description: The default mount of /proc hides what a container could attack the kernel through.
# custom:
#   severity: medium
#   controls:
#     - PSS-restricted/Proc-Mount-Type
#     - CIS-Kubernetes-1.12-5.6.3
#     - PCI-DSS-2.2.6
#   remediation: Remove securityContext.procMount, or set it to Default.
deny contains {"msg": msg, "path": path} if {
	some entry in pods.containers
	value := entry.container.securityContext.procMount
	not value in {"Default", null}
	msg := sprintf("container %s unmasks /proc", [pods.name(entry.container)])
	path := pods.pointer(entry.path, ["securityContext", "procMount"])
}
