package sluice.object.rbac_escalation_test

import data.sluice.object.rbac_escalation

role(verbs) := {
	"apiVersion": "rbac.authorization.k8s.io/v1",
	"kind": "ClusterRole",
	"metadata": {"name": "deployer"},
	"rules": [{"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": verbs}],
}

test_ordinary_verbs_pass if {
	count(rbac_escalation.deny) == 0 with input.object as role(["get", "create", "update", "delete"])
}

test_each_is_denied if {
	every verb in ["bind", "escalate", "impersonate"] {
		rbac_escalation.deny == {{
			"msg": sprintf("allows to %s", [verb]),
			"path": "/rules/0/verbs/1",
		}} with input.object as role(["get", verb])
	}
}
