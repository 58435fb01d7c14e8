package sluice.object.seccomp_test

import data.sluice.lib.fixtures
import data.sluice.object.seccomp

profile(type) := {"securityContext": {"seccompProfile": {"type": type}}}

# A Pod that says nothing itself, with containers that differ in these fields.
bare(containers) := {
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "api"},
	"spec": {"containers": [fixtures.container(fields) | some fields in containers]},
}

test_a_profile_of_the_pod_passes if {
	every type in ["RuntimeDefault", "Localhost"] {
		count(seccomp.deny) == 0 with input.object as fixtures.pod(profile(type))
	}
}

test_a_profile_of_every_container_passes if {
	count(seccomp.deny) == 0 with input.object as bare([profile("RuntimeDefault"), profile("Localhost")])
}

test_a_container_without_a_profile_is_denied if {
	seccomp.deny == {{
		"msg": "container app has no seccomp profile, and its pod has none",
		"path": "/spec/containers/1/securityContext/seccompProfile",
	}} with input.object as bare([profile("RuntimeDefault"), {}])
}

test_a_null_profile_is_none if {
	fields := {"securityContext": {"seccompProfile": null}}
	count(seccomp.deny) == 1 with input.object as bare([fields])
	count(seccomp.deny) == 0 with input.object as fixtures.pod_of(fields)
}

test_other_profiles_of_a_pod_are_denied if {
	every type in ["Unconfined", "", "runtime/default"] {
		# The pod's own, and the container's for want of a better one.
		count(seccomp.deny) == 2 with input.object as fixtures.pod(profile(type))
	}
}

test_other_profiles_of_a_container_are_denied_everywhere if {
	every object in fixtures.everywhere(profile("Unconfined")) {
		count(seccomp.deny) == 1 with input.object as object
	}
}
