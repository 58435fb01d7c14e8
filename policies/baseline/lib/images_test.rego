package sluice.lib.images_test

import data.sluice.lib.images

test_repositories_are_named_in_full if {
	every image, repository in {
		"nginx": "docker.io/library/nginx",
		"nginx:1.27": "docker.io/library/nginx",
		"nginx@sha256:00": "docker.io/library/nginx",
		"bitnami/nginx:1": "docker.io/bitnami/nginx",
		"localhost/a:1": "localhost/a",
		"localhost:5000/a:1@sha256:00": "localhost:5000/a",
		"registry.bank.example/a/b:1@sha256:00": "registry.bank.example/a/b",
		"registry.bank.example:5000/a": "registry.bank.example:5000/a",
	} {
		images.repository(image) == repository
	}
}
