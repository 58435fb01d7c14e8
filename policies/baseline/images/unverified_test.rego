package sluice.change.image_unverified_test

import data.sluice.change.image_unverified

test_nothing_noticed_nothing_said if {
	count(image_unverified.warn) == 0 with input.imageNotices as []
}

test_a_notice_is_handed_on if {
	image_unverified.warn == {{
		"msg": "example.com/v1 Mesh payments/mesh: a field named like an image was not verified",
		"path": "/spec/sidecarImage",
	}} with input.imageNotices as [{
		"object": "example.com/v1 Mesh payments/mesh",
		"path": "/spec/sidecarImage",
		"value": "evil.example/sidecar",
	}]
}
