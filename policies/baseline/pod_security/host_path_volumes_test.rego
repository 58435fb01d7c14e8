package sluice.object.host_path_volumes_test

import data.sluice.lib.fixtures
import data.sluice.object.host_path_volumes

test_other_volumes_pass if {
	every volume in [{"name": "a", "emptyDir": {}}, {"name": "a", "emptyDir": {}, "hostPath": null}] {
		count(host_path_volumes.deny) == 0 with input.object as fixtures.pod({"volumes": [volume]})
	}
}

test_a_host_path_is_denied if {
	host_path_volumes.deny == {{
		"msg": "volume b is a path of the node",
		"path": "/spec/volumes/1/hostPath",
	}} with input.object as fixtures.pod({"volumes": [
		{"name": "a", "emptyDir": {}},
		{"name": "b", "hostPath": {"path": "/"}},
	]})
}
