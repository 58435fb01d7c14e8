package sluice.object.rbac_wildcards_test

import data.sluice.object.rbac_wildcards

role(kind, rule) := {
	"apiVersion": "rbac.authorization.k8s.io/v1",
	"kind": kind,
	"metadata": {"name": "reader"},
	"rules": [{"apiGroups": [""], "resources": ["pods", "pods/log"], "verbs": ["get"]}, rule],
}

test_named_resources_pass if {
	every rule in [
		{"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["update"]},
		{"nonResourceURLs": ["/healthz/*", "/metrics"], "verbs": ["get"]},
	] {
		count(rbac_wildcards.deny) == 0 with input.object as role("ClusterRole", rule)
	}
}

test_wildcards_are_denied if {
	every rule in [
		{"apiGroups": ["*"]},
		{"resources": ["pods", "*"]},
		{"resources": ["*/scale"]},
		{"verbs": ["*"]},
		{"nonResourceURLs": ["/*"]},
		{"nonResourceURLs": ["*"]},
	] {
		every kind in ["Role", "ClusterRole"] {
			count(rbac_wildcards.deny) == 1 with input.object as role(kind, rule)
		}
	}
}

test_the_place_is_told if {
	rbac_wildcards.deny == {{
		"msg": "verbs has the wildcard *",
		"path": "/rules/1/verbs/1",
	}} with input.object as role("Role", {"verbs": ["get", "*"]})
}
