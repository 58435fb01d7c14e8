package sluice.object.image_digest_test

import data.sluice.lib.fixtures
import data.sluice.object.image_digest

pinned := sprintf("registry.bank.example/api@%s", [fixtures.digest])

test_a_digest_passes if {
	every image in [pinned, sprintf("registry.bank.example/api:1@%s", [fixtures.digest])] {
		count(image_digest.deny) == 0 with input.object as fixtures.pod_of({"image": image})
	}
}

test_anything_else_is_denied if {
	every image in ["nginx", trim_suffix(pinned, "3"), sprintf("%s0", [pinned]), upper(pinned), ""] {
		count(image_digest.deny) == 1 with input.object as fixtures.pod_of({"image": image})
	}
}

test_a_tag_is_denied_everywhere if {
	every object in fixtures.everywhere({"image": "nginx:1.27"}) {
		count(image_digest.deny) == 1 with input.object as object
	}
}

test_a_container_without_an_image_is_denied if {
	count(image_digest.deny) == 1 with input.object as fixtures.pod({"containers": [{"name": "app"}]})
}

test_image_volumes_count if {
	volume := {"name": "model", "image": {"reference": "registry.bank.example/model:1"}}
	image_digest.deny == {{
		"msg": "image registry.bank.example/model:1 is not pinned by digest",
		"path": "/spec/volumes/0/image/reference",
	}} with input.object as fixtures.pod({"volumes": [volume]})
	count(image_digest.deny) == 0 with input.object as fixtures.pod({"volumes": [{"name": "model", "image": {"reference": pinned}}]})
}
