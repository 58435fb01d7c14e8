package sluice.lib.pods_test

import data.sluice.lib.fixtures
import data.sluice.lib.pods

paths(object) := found if {
	all := pods.pods with input.object as object
	found := [concat("/", pod.path) | some pod in all]
}

workload(api_version, kind, template) := object.union({"apiVersion": api_version, "kind": kind}, template)

test_built_in_workloads if {
	template := {"spec": fixtures.good_spec}
	paths(workload("v1", "Pod", template)) == ["spec"]
	paths(workload("v1", "PodTemplate", {"template": template})) == ["template/spec"]
	every id in [
		["v1", "ReplicationController"],
		["apps/v1", "DaemonSet"],
		["apps/v1", "Deployment"],
		["apps/v1", "ReplicaSet"],
		["apps/v1", "StatefulSet"],
		["batch/v1", "Job"],
	] {
		paths(workload(id[0], id[1], {"spec": {"template": template}})) == ["spec/template/spec"]
	}
	paths(workload("batch/v1", "CronJob", {"spec": {"jobTemplate": {"spec": {"template": template}}}})) == ["spec/jobTemplate/spec/template/spec"]
}

test_custom_kinds_are_searched if {
	paths(workload("example.com/v1", "Deployment", {"a": {"b": fixtures.good_spec}})) == ["a/b"]
	paths(workload("extensions/v1beta1", "Deployment", {"spec": {"template": {"spec": fixtures.good_spec}}})) == ["spec/template/spec"]
	paths(workload("example.com/v1", "Pair", {"a": {"initContainers": []}, "c": {"ephemeralContainers": []}})) == ["a", "c"]
}

test_what_only_looks_like_a_pod_is_none if {
	paths(workload("example.com/v1", "Yard", {"spec": {"containers": 3}})) == []
	paths(workload("v1", "ConfigMap", {"data": {"containers": "[]"}})) == []
	paths(workload("apiextensions.k8s.io/v1", "CustomResourceDefinition", {"spec": {"default": fixtures.good_spec}})) == []
}

test_pointers if {
	pods.pointer(["a", 0], ["b/c", "d~e"]) == "/a/0/b~1c/d~0e"
}
