package sluice.object.image_unverified_test

import data.sluice.object.image_unverified

test_nothing_noticed_nothing_said if {
	count(image_unverified.warn) == 0 with input.imageNotices as []
}

test_a_notice_is_handed_on if {
	image_unverified.warn == {{
		"msg": "evil.example/sidecar is named like an image, and was not verified",
		"path": "/spec/sidecarImage",
	}} with input.imageNotices as [{
		"object": "example.com/v1 Mesh payments/mesh",
		"path": "/spec/sidecarImage",
		"value": "evil.example/sidecar",
	}]
}
