package sluice.object.host_storage_test

import data.sluice.object.host_storage

volume(source) := {
	"apiVersion": "v1",
	"kind": "PersistentVolume",
	"metadata": {"name": "disk"},
	"spec": object.union({"capacity": {"storage": "1Gi"}}, source),
}

test_other_storage_passes if {
	every source in [{"csi": {"driver": "d"}}, {"nfs": {"server": "s"}}, {"hostPath": null}] {
		count(host_storage.deny) == 0 with input.object as volume(source)
	}
}

test_the_nodes_own_is_denied if {
	every type in ["hostPath", "local"] {
		host_storage.deny == {{
			"msg": sprintf("the volume's type is %s", [type]),
			"path": sprintf("/spec/%s", [type]),
		}} with input.object as volume({type: {"path": "/"}})
	}
}

test_other_kinds_are_left_alone if {
	claim := object.union(volume({"hostPath": {"path": "/"}}), {"kind": "PersistentVolumeClaim"})
	count(host_storage.deny) == 0 with input.object as claim
}
