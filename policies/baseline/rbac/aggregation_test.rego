package sluice.object.rbac_aggregation_test

import data.sluice.object.rbac_aggregation

role(selector) := {
	"apiVersion": "rbac.authorization.k8s.io/v1",
	"kind": "ClusterRole",
	"metadata": {"name": "monitoring"},
	"aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"team": "a"}}, selector]},
}

test_a_label_passes if {
	count(rbac_aggregation.deny) == 0 with input.object as role({"matchLabels": {"aggregate": "true"}})
	count(rbac_aggregation.deny) == 0 with input.object as role({"matchExpressions": [{"key": "a", "operator": "Exists"}]})
}

test_what_selects_nothing_in_particular_is_denied if {
	every selector in [{}, {"matchLabels": {}}, {"matchExpressions": []}, null] {
		rbac_aggregation.deny == {{
			"msg": "collects the rules of every role: the selector is empty",
			"path": "/aggregationRule/clusterRoleSelectors/1",
		}} with input.object as role(selector)
	}
}
