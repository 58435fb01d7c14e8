package sluice.object.plain_secrets_test

import data.sluice.object.plain_secrets

secret(fields) := object.union({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "token"}}, fields)

test_no_values_no_warning if {
	every fields in [{}, {"data": {}}, {"stringData": null}, {"type": "kubernetes.io/service-account-token"}] {
		count(plain_secrets.warn) == 0 with input.object as secret(fields)
	}
	count(plain_secrets.warn) == 0 with input.object as secret({"kind": "ConfigMap", "data": {"a": "b"}})
}

test_values_are_warned_of if {
	every field in ["data", "stringData"] {
		plain_secrets.warn == {{
			"msg": "values of a Secret are in the source",
			"path": sprintf("/%s", [field]),
		}} with input.object as secret({field: {"password": "x"}})
	}
}
