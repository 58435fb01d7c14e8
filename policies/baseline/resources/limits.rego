package sluice.object.resource_limits

import data.sluice.lib.pods

# METADATA
# scope: document
# title: Resource requests and limits
# description: >-
#   Without requests the scheduler places a pod blindly, and without a memory limit one pod takes what the others
#   of its node need. A limit on CPU is not asked for: it throttles, and requests already share CPU out.
# custom:
#   severity: medium
#   controls:
#     - NSA-CISA-KHG-1.2/Resource-policies
#   remediation: Set resources.requests.cpu, resources.requests.memory and resources.limits.memory.
deny contains {"msg": msg, "path": path} if {
	some entry in bounded_containers
	not has(entry, "limits", "memory")
	msg := sprintf("container %s has no memory limit", [pods.name(entry.container)])
	path := pods.pointer(entry.path, ["resources", "limits", "memory"])
}

# A limit without a request stands for both.
deny contains {"msg": msg, "path": path} if {
	some entry in bounded_containers
	some resource in {"cpu", "memory"}
	not has(entry, "requests", resource)
	not has(entry, "limits", resource)
	msg := sprintf("container %s requests no %s", [pods.name(entry.container), resource])
	path := pods.pointer(entry.path, ["resources", "requests", resource])
}

# Ephemeral containers cannot have resources.
bounded_containers := [entry | some entry in pods.containers; entry.list != "ephemeralContainers"]

# On the container itself, or on its pod as a whole.
has(entry, field, resource) if is_quantity(entry.container.resources[field][resource])

has(entry, field, resource) if is_quantity(entry.spec.resources[field][resource])

# Zero stands for no limit.
is_quantity(value) if {
	is_number(value)
	value > 0
}

is_quantity(value) if {
	is_string(value)
	regex.match(`^[0-9.]*[1-9]`, value)
}
