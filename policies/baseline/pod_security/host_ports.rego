package sluice.object.host_ports

import data.sluice.lib.pods

# METADATA
# title: Host ports
# description: A port of the node bypasses Services and network policies.
# custom:
#   severity: medium
#   controls:
#     - PSS-baseline/Host-Ports
#     - CIS-Kubernetes-1.12-5.2.12
#     - PCI-DSS-2.2.4
#     - NSA-CISA-KHG-1.2/Pod-security-enforcement
#   remediation: Remove hostPort, and reach the pod through a Service.
deny contains {"msg": msg, "path": path} if {
	some entry in pods.containers
	some index, port in entry.container.ports
	value := port.hostPort
	not value in {0, null}
	msg := sprintf("container %s takes a port of the node", [pods.name(entry.container)])
	path := pods.pointer(entry.path, ["ports", index, "hostPort"])
}
