package sluice.object.cluster_admin

import data.sluice.lib.rbac

# METADATA
# title: Bindings to cluster-admin
# description: cluster-admin may do everything, to this gate and its audit log too.
# custom:
#   severity: critical
#   controls:
#     - CIS-Kubernetes-1.12-5.1.1
#     - PCI-DSS-7.2.2
#     - PCI-DSS-7.2.5
#     - NSA-CISA-KHG-1.2/Role-based-access-control
#   remediation: Bind a role that allows what is needed, and no more.
deny contains {"msg": "binds to cluster-admin", "path": "/roleRef/name"} if {
	rbac.is_binding
	input.object.roleRef.name == "cluster-admin"
}
