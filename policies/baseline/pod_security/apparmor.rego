package sluice.object.apparmor

import data.sluice.lib.pods

# METADATA
# scope: document
# title: AppArmor
# description: The runtime's AppArmor profile may be replaced by one of the node's, and never switched off.
# custom:
#   severity: medium
#   controls:
#     - PSS-baseline/AppArmor
#     - CIS-Kubernetes-1.12-5.6.3
#     - PCI-DSS-2.2.6
#     - NSA-CISA-KHG-1.2/Hardening-container-environments
#   remediation: Remove the profile, or use RuntimeDefault or Localhost.
deny contains {"msg": "the AppArmor profile is neither RuntimeDefault nor Localhost", "path": path} if {
	some entry in pods.security_contexts
	profile := entry.context.appArmorProfile
	profile != null
	not is_profile(profile)
	path := pods.pointer(entry.path, ["appArmorProfile", "type"])
}

deny contains {"msg": "the AppArmor annotation is neither runtime/default nor localhost/…", "path": path} if {
	some pod in pods.pods
	some key, value in pod.annotations
	startswith(key, "container.apparmor.security.beta.kubernetes.io/")
	not value in {"", "runtime/default"}
	not startswith(value, "localhost/")
	template := array.slice(pod.path, 0, count(pod.path) - 1)
	path := pods.pointer(template, ["metadata", "annotations", key])
}

is_profile(profile) if profile.type in {"RuntimeDefault", "Localhost"}
