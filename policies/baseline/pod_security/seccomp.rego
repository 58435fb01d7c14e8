package sluice.object.seccomp

import data.sluice.lib.pods

# METADATA
# scope: document
# title: Seccomp
# description: Every container has to run under a seccomp profile, its own or its pod's.
# custom:
#   severity: high
#   controls:
#     - PSS-restricted/Seccomp
#     - CIS-Kubernetes-1.12-5.6.2
#     - PCI-DSS-2.2.6
#     - NSA-CISA-KHG-1.2/Hardening-container-environments
#   remediation: Set securityContext.seccompProfile.type of the pod to RuntimeDefault.
deny contains {"msg": "the seccomp profile is neither RuntimeDefault nor Localhost", "path": path} if {
	some entry in pods.security_contexts
	profile := entry.context.seccompProfile
	profile != null
	not is_profile(profile)
	path := pods.pointer(entry.path, ["seccompProfile", "type"])
}

deny contains {"msg": msg, "path": path} if {
	some entry in pods.containers
	object.get(entry.container, ["securityContext", "seccompProfile"], null) == null
	not has_profile(entry.spec)
	msg := sprintf("container %s has no seccomp profile, and its pod has none", [pods.name(entry.container)])
	path := pods.pointer(entry.path, ["securityContext", "seccompProfile"])
}

is_profile(profile) if profile.type in {"RuntimeDefault", "Localhost"}

has_profile(spec) if is_profile(spec.securityContext.seccompProfile)
