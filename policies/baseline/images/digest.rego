package sluice.object.image_digest

import data.sluice.lib.images
import data.sluice.lib.pods

# METADATA
# title: Images pinned by digest
# description: A tag can be moved after the change was approved; a digest names what was approved.
# custom:
#   severity: high
#   controls:
#     - CIS-Kubernetes-1.12-5.5.1
#     - PCI-DSS-6.5.1
#     - NSA-CISA-KHG-1.2/Building-secure-container-images
#   remediation: Write the image as repository:tag@sha256:…
deny contains {"msg": msg, "path": path} if {
	some found in images.images
	not is_pinned(found.image)
	msg := sprintf("image %v is not pinned by digest", [found.image])
	path := pods.pointer(found.path, [])
}

is_pinned(image) if regex.match(`@sha256:[0-9a-f]{64}$`, image)
