# METADATA
# description: >-
#   Finds the pods that an object makes. The built-in workloads have theirs in a known place, which counts
#   even where it has no containers: under server-side apply, what one manifest leaves out another may bring.
#   In any other kind, whatever has a list of containers is taken for a pod, at any depth.
package sluice.lib.pods

template_paths := {
	"/Pod": [],
	"/PodTemplate": ["template"],
	"/ReplicationController": ["spec", "template"],
	"apps/DaemonSet": ["spec", "template"],
	"apps/Deployment": ["spec", "template"],
	"apps/ReplicaSet": ["spec", "template"],
	"apps/StatefulSet": ["spec", "template"],
	"batch/CronJob": ["spec", "jobTemplate", "spec", "template"],
	"batch/Job": ["spec", "template"],
}

container_lists := ["containers", "initContainers", "ephemeralContainers"]

kind := concat("/", [group, input.object.kind])

group := split(input.object.apiVersion, "/")[0] if contains(input.object.apiVersion, "/")

group := "" if not contains(input.object.apiVersion, "/")

default pods := []

# Pods with the path of their spec: [{"path": ["spec", "template", "spec"], "spec": {…}, "annotations": {…}}]
pods := [at(path, object.get(input.object, path, {}))] if path := array.concat(template_paths[kind], ["spec"])

pods := [at(path, spec) |
	walk(input.object, [path, spec])
	is_pod_spec(spec)
] if {
	not template_paths[kind]

	# Its schema describes objects, and holds none.
	kind != "apiextensions.k8s.io/CustomResourceDefinition"
}

at(path, spec) := {"path": path, "spec": spec, "annotations": annotations} if {
	template := array.slice(path, 0, count(path) - 1)
	annotations := object.get(input.object, array.concat(template, ["metadata", "annotations"]), {})
}

is_pod_spec(value) if {
	is_object(value)
	some list in container_lists
	is_array(value[list])
}

# Containers of all lists: [{"path": […], "list": "containers", "container": {…}, "spec": {…}}]
containers := [found |
	some pod in pods
	some list in container_lists
	some index, container in pod.spec[list]
	found := {
		"path": array.concat(pod.path, [list, index]),
		"list": list,
		"container": container,
		"spec": pod.spec,
	}
]

# Defined for whatever stands there, so that a rule never falls silent for want of a name.
name(value) := value.name if {
	is_string(value.name)
} else := "without a name"

# A JSON pointer (RFC 6901) to a place below a path.
pointer(path, fields) := concat("", ["/", concat("/", [segment(part) | some part in array.concat(path, fields)])])

segment(part) := replace(replace(part, "~", "~0"), "/", "~1") if is_string(part)

segment(part) := format_int(part, 10) if is_number(part)

# Security contexts of pods and their containers: [{"path": […, "securityContext"], "context": {…}}]
security_contexts := array.concat(
	[found |
		some pod in pods
		found := {
			"path": array.concat(pod.path, ["securityContext"]),
			"context": pod.spec.securityContext,
		}
	],
	[found |
		some entry in containers
		found := {
			"path": array.concat(entry.path, ["securityContext"]),
			"context": entry.container.securityContext,
		}
	],
)
