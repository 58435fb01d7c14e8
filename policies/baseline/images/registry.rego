package sluice.object.image_registry

import data.sluice.lib.images
import data.sluice.lib.pods

# METADATA
# scope: document
# title: Known registries
# description: Images come from the registries, or the parts of them, that the bundle's parameters name.
# custom:
#   severity: high
#   controls:
#     - CIS-Kubernetes-1.12-5.5.1
#     - NSA-CISA-KHG-1.2/Building-secure-container-images
#   remediation: Use an image from a known registry, or have the bundle's owner add this one to parameters.registries.
deny contains {"msg": msg, "path": path} if {
	some found in images.images
	count(registries) > 0
	not is_known(found.image)
	msg := sprintf("image %v is not from a known registry", [found.image])
	path := pods.pointer(found.path, [])
}

# Without the parameter nothing is known, and so nothing passes.
deny contains {"msg": msg, "path": path, "remediation": remediation} if {
	some found in images.images
	count(registries) == 0
	msg := "no registry is known"
	path := pods.pointer(found.path, [])
	remediation := "Name the registries in the PolicyBundle, as spec.parameters.registries [registry.bank.example]."
}

registries := [registry | some registry in input.parameters.registries; is_string(registry); registry != ""]

# Whole path segments: registry.bank.example/pay does not stand for registry.bank.example/payments.
is_known(image) if {
	regex.match(`^[A-Za-z0-9][A-Za-z0-9._:/-]*(@[a-z0-9]+:[0-9a-f]+)?$`, image)
	repository := images.repository(image)
	some registry in registries
	startswith(concat("", [repository, "/"]), concat("", [trim_suffix(registry, "/"), "/"]))
}
