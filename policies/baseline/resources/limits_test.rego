package sluice.object.resource_limits_test

import data.sluice.lib.fixtures
import data.sluice.object.resource_limits

# A Pod whose only container has these resources and no others.
with_resources(resources) := fixtures.pod({"containers": [{"name": "app", "resources": resources}]})

test_requests_and_a_memory_limit_pass if {
	every resources in [
		{"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
		{"requests": {"cpu": 0.5}, "limits": {"memory": 67108864}},
		{"limits": {"cpu": "1", "memory": "1Gi"}},
	] {
		count(resource_limits.deny) == 0 with input.object as with_resources(resources)
	}
}

test_the_pods_own_count if {
	resources := {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}
	object := fixtures.pod({"resources": resources, "containers": [{"name": "app"}]})
	count(resource_limits.deny) == 0 with input.object as object
}

test_no_memory_limit_is_denied if {
	resource_limits.deny == {{
		"msg": "container app has no memory limit",
		"path": "/spec/containers/0/resources/limits/memory",
	}} with input.object as with_resources({"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1"}})
}

test_no_request_is_denied if {
	resource_limits.deny == {{
		"msg": "container app requests no cpu",
		"path": "/spec/containers/0/resources/requests/cpu",
	}} with input.object as with_resources({"limits": {"memory": "1Gi"}})
}

test_zero_is_none if {
	every zero in ["0", "0Mi", "0.0", 0, null, ""] {
		count(resource_limits.deny) == 1 with input.object as with_resources({
			"requests": {"cpu": "1", "memory": "1Gi"},
			"limits": {"memory": zero},
		})
	}
}

test_init_containers_count_and_ephemeral_ones_do_not if {
	bare := [{"name": "other"}]
	count(resource_limits.deny) == 3 with input.object as fixtures.pod({"initContainers": bare})
	count(resource_limits.deny) == 0 with input.object as fixtures.pod({"ephemeralContainers": bare})
}
