package sluice.change.image_unverified

# METADATA
# title: Images in unknown places
# description: A field that is named like an image, where the gate knows of none, was not verified; what obeys it may run anything.
# custom:
#   severity: medium
#   controls:
#     - CIS-Kubernetes-1.12-5.5.1
#   remediation: Check what the field does; if an image is run from it, have its kind covered by a policy of your own.
warn contains {"msg": msg, "path": notice.path} if {
	some notice in input.imageNotices
	msg := sprintf("%s: a field named like an image was not verified", [notice.object])
}
