package sluice.object.host_probes

import data.sluice.lib.pods

# METADATA
# title: Hosts in probes and hooks
# description: The kubelet connects to the host that a probe or hook names, from the node's network.
# custom:
#   severity: medium
#   controls:
#     - PSS-baseline/Host-Probes-Lifecycle-Hooks
#     - PCI-DSS-2.2.6
#   remediation: Remove host; probes and hooks go to the pod itself.
deny contains {"msg": msg, "path": path} if {
	some entry in pods.containers
	some handler in handlers
	some action in {"httpGet", "tcpSocket"}
	fields := array.concat(handler, [action, "host"])
	not object.get(entry.container, fields, null) in {"", null}
	msg := sprintf("container %s has the kubelet connect to another host", [pods.name(entry.container)])
	path := pods.pointer(entry.path, fields)
}

handlers := [
	["livenessProbe"],
	["readinessProbe"],
	["startupProbe"],
	["lifecycle", "postStart"],
	["lifecycle", "preStop"],
]
