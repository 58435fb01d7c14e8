package sluice.object.capabilities_test

import data.sluice.lib.fixtures
import data.sluice.object.capabilities

context(capabilities) := {"securityContext": {"capabilities": capabilities}}

test_all_dropped_passes if {
	every fields in [context({"drop": ["ALL"]}), context({"drop": ["KILL", "ALL"], "add": ["NET_BIND_SERVICE"]})] {
		count(capabilities.deny) == 0 with input.object as fixtures.pod_of(fields)
	}
}

test_others_added_are_denied_everywhere if {
	every object in fixtures.everywhere(context({"drop": ["ALL"], "add": ["NET_BIND_SERVICE", "NET_RAW"]})) {
		count(capabilities.deny) == 1 with input.object as object
	}
}

test_not_all_dropped_is_denied if {
	every drop in [[], ["all"], ["NET_RAW"], null] {
		count(capabilities.deny) == 1 with input.object as fixtures.pod_of(context({"drop": drop}))
	}
}

test_nothing_said_is_denied if {
	capabilities.deny == {{
		"msg": "container app does not drop all capabilities",
		"path": "/spec/containers/0/securityContext/capabilities/drop",
	}} with input.object as fixtures.pod({"containers": [{"name": "app", "image": "a"}]})
}
