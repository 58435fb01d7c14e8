package sluice.object.image_registry_test

import data.sluice.lib.fixtures
import data.sluice.object.image_registry

known := ["registry.bank.example", "docker.io/library", "ghcr.io/bank/"]

test_known_registries_pass if {
	every image in [
		"registry.bank.example/a/b:1",
		"registry.bank.example/a",
		"nginx:1.27",
		"docker.io/library/nginx",
		"ghcr.io/bank/tool@sha256:00",
	] {
		count(image_registry.deny) == 0 with input.object as fixtures.pod_of({"image": image})
			with input.parameters.registries as known
	}
}

test_others_are_denied if {
	every image in [
		"registry.bank.example.evil/a",
		"registry.bank.example:5000/a",
		"evil/registry.bank.example/a",
		"bitnami/nginx",
		"docker.io/librarything/nginx",
		"ghcr.io/banker/tool",
		"localhost/a",
		"registry.bank.example@evil.example/a",
		"",
	] {
		count(image_registry.deny) == 1 with input.object as fixtures.pod_of({"image": image})
			with input.parameters.registries as known
	}
}

test_every_place_is_looked_into if {
	every object in fixtures.everywhere({"image": "evil.example/a"}) {
		count(image_registry.deny) == 1 with input.object as object with input.parameters.registries as known
	}
}

test_without_the_parameter_nothing_passes if {
	every parameters in [{}, {"registries": []}, {"registries": [""]}, {"registries": [1]}, {"registries": null}] {
		some reason in image_registry.deny with input.object as fixtures.pod({}) with input.parameters as parameters
		contains(reason.remediation, "spec.parameters.registries")
	}
}

test_the_parameter_may_be_a_single_repository if {
	count(image_registry.deny) == 0 with input.object as fixtures.pod_of({"image": "quay.io/a/b:1"})
		with input.parameters.registries as ["quay.io/a/b"]
	image_registry.deny == {{
		"msg": "image quay.io/a/bb:1 is not from a known registry",
		"path": "/spec/containers/0/image",
	}} with input.object as fixtures.pod_of({"image": "quay.io/a/bb:1"})
		with input.parameters.registries as ["quay.io/a/b"]
}
