# METADATA
# description: Tells the objects of role-based access control from others.
package sluice.lib.rbac

is_rbac if startswith(input.object.apiVersion, "rbac.authorization.k8s.io/")

is_binding if {
	is_rbac
	input.object.kind in {"RoleBinding", "ClusterRoleBinding"}
}

is_role if {
	is_rbac
	input.object.kind in {"Role", "ClusterRole"}
}
