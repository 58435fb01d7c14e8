package sluice.object.proc_mount_test

import data.sluice.lib.fixtures
import data.sluice.object.proc_mount

test_absent_and_default_pass if {
	every fields in [{}, {"securityContext": {"procMount": "Default"}}, {"securityContext": {"procMount": null}}] {
		count(proc_mount.deny) == 0 with input.object as fixtures.pod_of(fields)
	}
}

test_others_are_denied_everywhere if {
	every object in fixtures.everywhere({"securityContext": {"procMount": "Unmasked"}}) {
		count(proc_mount.deny) == 1 with input.object as object
	}
	count(proc_mount.deny) == 1 with input.object as fixtures.pod_of({"securityContext": {"procMount": "default"}})
}

# Kubernetes relaxes this for pods in user namespaces at its lower level; this pack does not.
test_a_user_namespace_exempts_nothing if {
	object := fixtures.pod({
		"hostUsers": false,
		"containers": [fixtures.container({"securityContext": {"procMount": "Unmasked"}})],
	})
	count(proc_mount.deny) == 1 with input.object as object
}
