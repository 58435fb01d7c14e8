package sluice.object.apparmor_test

import data.sluice.lib.fixtures
import data.sluice.object.apparmor

profile(type) := {"securityContext": {"appArmorProfile": {"type": type}}}

annotated(value) := object.union(
	fixtures.pod({}),
	{"metadata": {"annotations": {"container.apparmor.security.beta.kubernetes.io/app": value}}},
)

test_the_runtimes_and_local_profiles_pass if {
	every type in ["RuntimeDefault", "Localhost"] {
		count(apparmor.deny) == 0 with input.object as fixtures.pod(profile(type))
		count(apparmor.deny) == 0 with input.object as fixtures.pod_of(profile(type))
	}
	count(apparmor.deny) == 0 with input.object as fixtures.pod({"securityContext": {"appArmorProfile": null}})
}

test_other_profiles_are_denied if {
	every type in ["Unconfined", "", "localhost"] {
		count(apparmor.deny) == 1 with input.object as fixtures.pod(profile(type))
	}
	every object in fixtures.everywhere(profile("Unconfined")) {
		count(apparmor.deny) == 1 with input.object as object
	}
	count(apparmor.deny) == 1 with input.object as fixtures.pod({"securityContext": {"appArmorProfile": {}}})
}

test_annotations_for_allowed_profiles_pass if {
	every value in ["runtime/default", "localhost/own", ""] {
		count(apparmor.deny) == 0 with input.object as annotated(value)
	}
}

test_annotations_for_others_are_denied if {
	every value in ["unconfined", "localhost", "runtime/other"] {
		count(apparmor.deny) == 1 with input.object as annotated(value)
	}
}

test_the_templates_annotations_count if {
	annotations := {"container.apparmor.security.beta.kubernetes.io/app": "unconfined"}
	changed := object.union(
		fixtures.deployment({}),
		{"spec": {"template": {"metadata": {"annotations": annotations}}}},
	)
	apparmor.deny == {{
		"msg": "the AppArmor annotation is neither runtime/default nor localhost/…",
		"path": "/spec/template/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1app",
	}} with input.object as changed
}
