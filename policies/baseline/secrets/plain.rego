package sluice.object.plain_secrets

# METADATA
# title: Secrets in the source
# description: Whoever can read the repository, its clones or its backups can read this Secret.
# custom:
#   severity: medium
#   controls:
#     - CIS-Kubernetes-1.12-5.4.2
#     - PCI-DSS-8.6.2
#     - NSA-CISA-KHG-1.2/Secrets
#   remediation: Keep the values in a secret store, and commit an ExternalSecret or SealedSecret.
warn contains {"msg": "values of a Secret are in the source", "path": path} if {
	input.object.apiVersion == "v1"
	input.object.kind == "Secret"
	some field in {"data", "stringData"}
	count(input.object[field]) > 0
	path := concat("", ["/", field])
}
