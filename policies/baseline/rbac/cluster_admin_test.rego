package sluice.object.cluster_admin_test

import data.sluice.object.cluster_admin

binding(kind, role) := {
	"apiVersion": "rbac.authorization.k8s.io/v1",
	"kind": kind,
	"metadata": {"name": "deployers"},
	"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
}

test_other_roles_pass if {
	every kind in ["ClusterRoleBinding", "RoleBinding"] {
		count(cluster_admin.deny) == 0 with input.object as binding(kind, "cluster-admins")
	}
}

test_cluster_admin_is_denied if {
	every kind in ["ClusterRoleBinding", "RoleBinding"] {
		count(cluster_admin.deny) == 1 with input.object as binding(kind, "cluster-admin")
	}
}

test_other_groups_kinds_are_left_alone if {
	changed := object.union(binding("RoleBinding", "cluster-admin"), {"apiVersion": "example.com/v1"})
	count(cluster_admin.deny) == 0 with input.object as changed
	count(cluster_admin.deny) == 0 with input.object as binding("Role", "cluster-admin")
}
