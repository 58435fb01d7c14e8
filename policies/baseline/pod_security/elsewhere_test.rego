package sluice.object.privileges_elsewhere_test

import data.sluice.object.privileges_elsewhere

workflow(template) := {
	"apiVersion": "argoproj.io/v1alpha1",
	"kind": "Workflow",
	"metadata": {"name": "build"},
	"spec": {"templates": [template]},
}

test_an_ordinary_one_passes if {
	template := {"container": {"securityContext": {"privileged": false}}, "volumes": [{"hostPath": null}]}
	count(privileges_elsewhere.deny) == 0 with input.object as workflow(template)
}

test_each_privilege_is_denied_wherever_it_is if {
	every field in ["privileged", "allowPrivilegeEscalation", "hostNetwork", "hostPID", "hostIPC", "hostProcess"] {
		privileges_elsewhere.deny == {{
			"msg": sprintf("%s is set in a Workflow", [field]),
			"path": sprintf("/spec/templates/0/container/%s", [field]),
		}} with input.object as workflow({"container": {field: true}})
	}
}

test_a_path_of_the_host_is_denied if {
	count(privileges_elsewhere.deny) == 1 with input.object as workflow({"volumes": [{"hostPath": {"path": "/"}}]})
}

test_built_in_workloads_have_rules_of_their_own if {
	pod := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"hostNetwork": true}}
	count(privileges_elsewhere.deny) == 0 with input.object as pod
}
