package sluice.object.host_process

import data.sluice.lib.pods

# METADATA
# title: Windows HostProcess
# description: A HostProcess container runs with the rights of the Windows node itself.
# custom:
#   severity: critical
#   controls:
#     - PSS-baseline/HostProcess
#     - CIS-Kubernetes-1.12-5.2.10
#     - PCI-DSS-2.2.6
#     - NSA-CISA-KHG-1.2/Pod-security-enforcement
#   remediation: Remove windowsOptions.hostProcess, or set it to false.
deny contains {"msg": "hostProcess is set", "path": path} if {
	some entry in pods.security_contexts
	value := entry.context.windowsOptions.hostProcess
	not value in {false, null}
	path := pods.pointer(entry.path, ["windowsOptions", "hostProcess"])
}
