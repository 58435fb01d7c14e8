package sluice.object.host_namespaces_test

import data.sluice.lib.fixtures
import data.sluice.object.host_namespaces

test_absent_false_and_null_pass if {
	every fields in [{}, {"hostNetwork": false}, {"hostPID": null, "hostIPC": false}] {
		count(host_namespaces.deny) == 0 with input.object as fixtures.pod(fields)
	}
}

test_each_is_denied if {
	every field in ["hostNetwork", "hostPID", "hostIPC"] {
		host_namespaces.deny == {{
			"msg": sprintf("%s is set", [field]),
			"path": sprintf("/spec/%s", [field]),
		}} with input.object as fixtures.pod({field: true})
	}
}

test_every_workload_is_looked_into if {
	every object in [
		fixtures.deployment({"hostNetwork": true}),
		fixtures.cron_job({"hostNetwork": true}),
		fixtures.custom({"hostNetwork": true}),
	] {
		count(host_namespaces.deny) == 1 with input.object as object
	}
}

# Server-side apply would merge this into the Deployment that is there.
test_a_template_without_containers_is_denied if {
	count(host_namespaces.deny) == 1 with input.object as {
		"apiVersion": "apps/v1",
		"kind": "Deployment",
		"metadata": {"name": "api"},
		"spec": {"template": {"spec": {"hostNetwork": true}}},
	}
}

test_text_is_denied if {
	count(host_namespaces.deny) == 1 with input.object as fixtures.pod({"hostPID": "on"})
}
