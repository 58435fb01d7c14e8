package sluice.object.rbac_subjects_test

import data.sluice.object.rbac_subjects

binding(subject) := {
	"apiVersion": "rbac.authorization.k8s.io/v1",
	"kind": "RoleBinding",
	"metadata": {"name": "readers"},
	"roleRef": {"kind": "Role", "name": "reader"},
	"subjects": [{"kind": "ServiceAccount", "name": "api"}, {"kind": "Group", "name": subject}],
}

test_named_groups_pass if {
	every subject in ["auditors", "system:serviceaccounts:payments", "system:master"] {
		count(rbac_subjects.deny) == 0 with input.object as binding(subject)
	}
}

test_everybody_is_denied if {
	every subject in ["system:anonymous", "system:unauthenticated", "system:authenticated", "system:masters"] {
		rbac_subjects.deny == {{
			"msg": sprintf("binds a role to %s", [subject]),
			"path": "/subjects/1/name",
		}} with input.object as binding(subject)
	}
}
