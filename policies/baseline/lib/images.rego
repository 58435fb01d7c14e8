# METADATA
# description: Finds the images that an object's pods run or mount, and takes their names apart.
package sluice.lib.images

import data.sluice.lib.pods

# [{"path": […], "image": "registry/repository:tag@digest"}]; empty where a container names none.
images := array.concat(
	[found |
		some entry in pods.containers
		found := {
			"path": array.concat(entry.path, ["image"]),
			"image": object.get(entry.container, "image", ""),
		}
	],
	[found |
		some pod in pods.pods
		some index, volume in pod.spec.volumes
		is_object(volume.image)
		found := {
			"path": array.concat(pod.path, ["volumes", index, "image", "reference"]),
			"image": object.get(volume.image, "reference", ""),
		}
	],
)

# The repository with its registry in full: `nginx:1` is `docker.io/library/nginx`.
repository(image) := name if {
	name := untagged(image)
	names_registry(name)
}

repository(image) := concat("/", ["docker.io", name]) if {
	name := untagged(image)
	not names_registry(name)
	contains(name, "/")
}

repository(image) := concat("/", ["docker.io/library", name]) if {
	name := untagged(image)
	not contains(name, "/")
}

# A tag follows the last slash; a colon before that belongs to the registry's port.
untagged(image) := concat("/", array.concat(folders, [split(last, ":")[0]])) if {
	parts := split(split(image, "@")[0], "/")
	folders := array.slice(parts, 0, count(parts) - 1)
	last := parts[count(parts) - 1]
}

names_registry(name) if {
	contains(name, "/")
	host := split(name, "/")[0]
	regex.match(`[.:]|^localhost$`, host)
}
