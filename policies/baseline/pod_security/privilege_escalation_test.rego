package sluice.object.privilege_escalation_test

import data.sluice.lib.fixtures
import data.sluice.object.privilege_escalation

test_false_passes if {
	every object in fixtures.everywhere({"securityContext": {"allowPrivilegeEscalation": false}}) {
		count(privilege_escalation.deny) == 0 with input.object as object
	}
}

test_anything_else_is_denied_everywhere if {
	every value in [true, null, "false", 0] {
		object := fixtures.pod_of({"securityContext": {"allowPrivilegeEscalation": value}})
		count(privilege_escalation.deny) == 1 with input.object as object
	}
	every object in fixtures.everywhere({"securityContext": {"allowPrivilegeEscalation": true}}) {
		count(privilege_escalation.deny) == 1 with input.object as object
	}
}

test_nothing_said_is_denied if {
	privilege_escalation.deny == {{
		"msg": "container without a name does not forbid privilege escalation",
		"path": "/spec/containers/0/securityContext/allowPrivilegeEscalation",
	}} with input.object as fixtures.pod({"containers": [{"image": "a"}]})
}

# Kubernetes exempts pods that say they are for Windows; here a manifest exempts itself from nothing.
test_windows_exempts_nothing if {
	object := fixtures.pod({"os": {"name": "windows"}, "containers": [{"name": "app"}]})
	count(privilege_escalation.deny) == 1 with input.object as object
}
