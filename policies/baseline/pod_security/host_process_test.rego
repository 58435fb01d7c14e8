package sluice.object.host_process_test

import data.sluice.lib.fixtures
import data.sluice.object.host_process

test_absent_and_false_pass if {
	every fields in [{}, {"securityContext": {"windowsOptions": {"hostProcess": false}}}] {
		count(host_process.deny) == 0 with input.object as fixtures.pod(fields)
		count(host_process.deny) == 0 with input.object as fixtures.pod_of(fields)
	}
}

test_a_pod_is_denied if {
	fields := {"securityContext": {"windowsOptions": {"hostProcess": true}}}
	host_process.deny == {{
		"msg": "hostProcess is set",
		"path": "/spec/securityContext/windowsOptions/hostProcess",
	}} with input.object as fixtures.pod(fields)
}

test_a_container_is_denied_everywhere if {
	every object in fixtures.everywhere({"securityContext": {"windowsOptions": {"hostProcess": true}}}) {
		count(host_process.deny) == 1 with input.object as object
	}
}
