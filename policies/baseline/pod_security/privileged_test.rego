package sluice.object.privileged_test

import data.sluice.lib.fixtures
import data.sluice.object.privileged

test_absent_false_and_null_pass if {
	every fields in [{}, {"securityContext": {"privileged": false}}, {"securityContext": {"privileged": null}}] {
		count(privileged.deny) == 0 with input.object as fixtures.pod_of(fields)
	}
}

test_true_is_denied_everywhere if {
	every object in fixtures.everywhere({"securityContext": {"privileged": true}}) {
		count(privileged.deny) == 1 with input.object as object
	}
}

# What a reader of YAML 1.1 takes for true must not pass as text.
test_text_is_denied if {
	count(privileged.deny) == 1 with input.object as fixtures.pod_of({"securityContext": {"privileged": "yes"}})
}

test_the_place_is_told if {
	privileged.deny == {{
		"msg": "container app is privileged",
		"path": "/spec/template/spec/containers/0/securityContext/privileged",
	}} with input.object as fixtures.deployment({"containers": [fixtures.container({"securityContext": {"privileged": true}})]})
}
