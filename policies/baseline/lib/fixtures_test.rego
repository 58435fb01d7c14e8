# METADATA
# description: Objects that pass every rule of this pack, to be spoilt one field at a time.
package sluice.lib.fixtures

digest := "sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"

good_container := {
	"name": "app",
	"image": sprintf("registry.bank.example/payments/api:1.4@%s", [digest]),
	"resources": {
		"requests": {"cpu": "100m", "memory": "64Mi"},
		"limits": {"memory": "64Mi"},
	},
	"securityContext": {
		"allowPrivilegeEscalation": false,
		"capabilities": {"drop": ["ALL"]},
	},
}

good_spec := {
	"securityContext": {
		"runAsNonRoot": true,
		"seccompProfile": {"type": "RuntimeDefault"},
	},
	"containers": [good_container],
}

# A Pod whose spec differs in these fields.
pod(fields) := {
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "api", "namespace": "payments"},
	"spec": object.union(good_spec, fields),
}

container(fields) := object.union(good_container, fields)

# A Pod whose only container differs in these fields.
pod_of(fields) := pod({"containers": [container(fields)]})

# A Pod that runs this besides a good container, in the list that is named.
pod_with(list, fields) := pod(object.union({"containers": [good_container]}, {list: [container(fields)]}))

deployment(fields) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "api", "namespace": "payments"},
	"spec": {"template": {"spec": object.union(good_spec, fields)}},
}

cron_job(fields) := {
	"apiVersion": "batch/v1",
	"kind": "CronJob",
	"metadata": {"name": "nightly", "namespace": "payments"},
	"spec": {"jobTemplate": {"spec": {"template": {"spec": object.union(good_spec, fields)}}}},
}

# A custom kind with a pod somewhere inside.
custom(fields) := {
	"apiVersion": "example.com/v1",
	"kind": "Rollout",
	"metadata": {"name": "api", "namespace": "payments"},
	"spec": {"canary": {"podTemplate": {"spec": object.union(good_spec, fields)}}},
}

# Every way of running a container with these fields that has to be found.
everywhere(fields) := [
	pod_of(fields),
	pod_with("initContainers", fields),
	pod_with("ephemeralContainers", fields),
	deployment({"containers": [container(fields)]}),
	cron_job({"containers": [container(fields)]}),
	custom({"containers": [container(fields)]}),
]
