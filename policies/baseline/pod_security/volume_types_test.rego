package sluice.object.volume_types_test

import data.sluice.lib.fixtures
import data.sluice.object.volume_types

with_volume(volume) := fixtures.pod({"volumes": [object.union({"name": "a"}, volume)]})

test_core_types_pass if {
	every type in [
		"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral",
		"image", "persistentVolumeClaim", "projected", "secret",
	] {
		count(volume_types.deny) == 0 with input.object as with_volume({type: {}})
	}
}

test_others_are_denied if {
	every type in ["nfs", "gitRepo", "flexVolume", "awsElasticBlockStore", "emptydir", "somethingNew"] {
		volume_types.deny == {{
			"msg": sprintf("volume a is of the type %s", [type]),
			"path": sprintf("/spec/volumes/0/%s", [type]),
		}} with input.object as with_volume({type: {}})
	}
}

test_a_second_type_does_not_hide if {
	count(volume_types.deny) == 1 with input.object as with_volume({"emptyDir": {}, "nfs": {}})
	count(volume_types.deny) == 0 with input.object as with_volume({"emptyDir": {}, "nfs": null})
}

test_no_type_is_denied if {
	every volume in [{}, {"emptyDir": null}] {
		count(volume_types.deny) == 1 with input.object as with_volume(volume)
	}
}

test_host_paths_are_another_rules if {
	count(volume_types.deny) == 0 with input.object as with_volume({"hostPath": {"path": "/"}})
}
