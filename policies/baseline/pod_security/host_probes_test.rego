package sluice.object.host_probes_test

import data.sluice.lib.fixtures
import data.sluice.object.host_probes

test_absent_empty_and_null_pass if {
	every handler in [{"httpGet": {"port": 80}}, {"tcpSocket": {"host": ""}}, {"httpGet": {"host": null}}, {"exec": {}}] {
		every field in ["livenessProbe", "readinessProbe", "startupProbe"] {
			count(host_probes.deny) == 0 with input.object as fixtures.pod_of({field: handler})
		}
		count(host_probes.deny) == 0 with input.object as fixtures.pod_of({"lifecycle": {"preStop": handler}})
	}
}

test_a_host_is_denied_in_each_handler if {
	every action in ["httpGet", "tcpSocket"] {
		handler := {action: {"host": "169.254.169.254", "port": 80}}
		every field in ["livenessProbe", "readinessProbe", "startupProbe"] {
			count(host_probes.deny) == 1 with input.object as fixtures.pod_of({field: handler})
		}
		every hook in ["postStart", "preStop"] {
			count(host_probes.deny) == 1 with input.object as fixtures.pod_of({"lifecycle": {hook: handler}})
		}
	}
}

test_the_place_is_told if {
	host_probes.deny == {{
		"msg": "container app has the kubelet connect to another host",
		"path": "/spec/containers/0/lifecycle/preStop/httpGet/host",
	}} with input.object as fixtures.pod_of({"lifecycle": {"preStop": {"httpGet": {"host": "10.0.0.1"}}}})
}
