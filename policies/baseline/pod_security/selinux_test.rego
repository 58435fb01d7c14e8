package sluice.object.selinux_test

import data.sluice.lib.fixtures
import data.sluice.object.selinux

options(fields) := {"securityContext": {"seLinuxOptions": fields}}

test_types_for_containers_pass if {
	every type in ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t", null] {
		count(selinux.deny) == 0 with input.object as fixtures.pod(options({"type": type}))
		count(selinux.deny) == 0 with input.object as fixtures.pod_of(options({"type": type}))
	}
	count(selinux.deny) == 0 with input.object as fixtures.pod(options({"level": "s0:c1", "user": "", "role": ""}))
}

test_other_types_are_denied if {
	every type in ["spc_t", "container_T", "unconfined_t"] {
		count(selinux.deny) == 1 with input.object as fixtures.pod(options({"type": type}))
	}
	every object in fixtures.everywhere(options({"type": "spc_t"})) {
		count(selinux.deny) == 1 with input.object as object
	}
}

test_users_and_roles_are_denied if {
	every field in ["user", "role"] {
		selinux.deny == {{
			"msg": sprintf("an SELinux %s is set", [field]),
			"path": sprintf("/spec/securityContext/seLinuxOptions/%s", [field]),
		}} with input.object as fixtures.pod(options({field: "sysadm"}))
	}
}
