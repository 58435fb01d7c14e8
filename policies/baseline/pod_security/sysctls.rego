package sluice.object.sysctls

import data.sluice.lib.pods

# METADATA
# title: Sysctls
# description: Kernel parameters may be set where they are the pod's own, and touch neither the node nor other pods.
# custom:
#   severity: medium
#   controls:
#     - PSS-baseline/Sysctls
#     - CIS-Kubernetes-1.12-5.6.3
#     - PCI-DSS-2.2.6
#   remediation: Remove the sysctl, or use one of the safe ones.
deny contains {"msg": msg, "path": path} if {
	some pod in pods.pods
	some index, sysctl in pod.spec.securityContext.sysctls
	name := object.get(sysctl, "name", "without a name")
	not name in safe
	msg := sprintf("the sysctl %v is not safe", [name])
	path := pods.pointer(pod.path, ["securityContext", "sysctls", index])
}

# As of Kubernetes 1.37.
safe := {
	"kernel.shm_rmid_forced",
	"net.ipv4.ip_local_port_range",
	"net.ipv4.ip_local_reserved_ports",
	"net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.ping_group_range",
	"net.ipv4.tcp_fin_timeout",
	"net.ipv4.tcp_keepalive_intvl",
	"net.ipv4.tcp_keepalive_probes",
	"net.ipv4.tcp_keepalive_time",
	"net.ipv4.tcp_notsent_lowat",
	"net.ipv4.tcp_rmem",
	"net.ipv4.tcp_slow_start_after_idle",
	"net.ipv4.tcp_syncookies",
	"net.ipv4.tcp_wmem",
}
