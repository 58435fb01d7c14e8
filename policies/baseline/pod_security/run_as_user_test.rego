package sluice.object.run_as_user_test

import data.sluice.lib.fixtures
import data.sluice.object.run_as_user

user(value) := {"securityContext": {"runAsUser": value}}

test_other_users_and_none_pass if {
	every value in [1, 1000, 65534, null] {
		count(run_as_user.deny) == 0 with input.object as fixtures.pod(user(value))
		count(run_as_user.deny) == 0 with input.object as fixtures.pod_of(user(value))
	}
	count(run_as_user.deny) == 0 with input.object as fixtures.pod({})
}

test_root_is_denied if {
	every value in [0, -1, "0", "1000"] {
		run_as_user.deny == {{
			"msg": "runAsUser is not a user other than root",
			"path": "/spec/securityContext/runAsUser",
		}} with input.object as fixtures.pod(user(value))
	}
}

test_root_is_denied_everywhere if {
	every object in fixtures.everywhere(user(0)) {
		count(run_as_user.deny) == 1 with input.object as object
	}
}
