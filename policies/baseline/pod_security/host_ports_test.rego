package sluice.object.host_ports_test

import data.sluice.lib.fixtures
import data.sluice.object.host_ports

test_absent_zero_and_null_pass if {
	every port in [{"containerPort": 80}, {"containerPort": 80, "hostPort": 0}, {"hostPort": null}] {
		count(host_ports.deny) == 0 with input.object as fixtures.pod_of({"ports": [port]})
	}
}

test_a_host_port_is_denied_everywhere if {
	every object in fixtures.everywhere({"ports": [{"containerPort": 80}, {"containerPort": 81, "hostPort": 1}]}) {
		count(host_ports.deny) == 1 with input.object as object
	}
}

test_the_place_is_told if {
	host_ports.deny == {{
		"msg": "container app takes a port of the node",
		"path": "/spec/containers/0/ports/0/hostPort",
	}} with input.object as fixtures.pod_of({"ports": [{"containerPort": 80, "hostPort": 80}]})
}
