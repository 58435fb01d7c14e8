package sluice.object.run_as_non_root_test

import data.sluice.lib.fixtures
import data.sluice.object.run_as_non_root

# A Pod that says this itself, with containers that say that.
says(pod, containers) := {
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "api"},
	"spec": {
		"securityContext": pod,
		"containers": [fixtures.container({"securityContext": context}) | some context in containers],
	},
}

test_the_pod_speaks_for_its_containers if {
	every context in [{}, {"runAsNonRoot": null}, {"runAsNonRoot": true}] {
		count(run_as_non_root.deny) == 0 with input.object as says({"runAsNonRoot": true}, [context])
	}
}

test_every_container_may_speak_for_itself if {
	every pod in [{}, {"runAsNonRoot": null}] {
		count(run_as_non_root.deny) == 0 with input.object as says(pod, [{"runAsNonRoot": true}, {"runAsNonRoot": true}])
	}
}

test_one_that_nobody_spoke_for_is_denied if {
	run_as_non_root.deny == {{
		"msg": "container app may run as root",
		"path": "/spec/containers/1/securityContext/runAsNonRoot",
	}} with input.object as says({}, [{"runAsNonRoot": true}, {}])
}

test_false_is_denied if {
	every value in [false, "true", 1] {
		count(run_as_non_root.deny) == 1 with input.object as says({"runAsNonRoot": true}, [{"runAsNonRoot": value}])
		count(run_as_non_root.deny) == 1 with input.object as says({"runAsNonRoot": value}, [{"runAsNonRoot": true}])
	}
}

test_false_is_denied_everywhere if {
	every object in fixtures.everywhere({"securityContext": {"runAsNonRoot": false}}) {
		count(run_as_non_root.deny) == 1 with input.object as object
	}
}
