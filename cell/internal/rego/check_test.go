package rego

import (
	"encoding/json"
	"testing"

	"sluice.dev/cell/internal/problem"
)

func schemas(t *testing.T) arguments {
	t.Helper()
	var args arguments
	if err := json.Unmarshal([]byte(`{"schemas": {
		"object": {"type": "object", "additionalProperties": false, "properties": {
			"object": {"type": "object", "additionalProperties": true},
			"time": {"type": "string"}}},
		"change": {"type": "object", "additionalProperties": false, "properties": {
			"objects": {"type": "array", "items": {"type": "object", "additionalProperties": true}}}}
	}}`), &args); err != nil {
		t.Fatal(err)
	}
	return args
}

func TestTypeChecksEachKindAgainstItsOwnSchema(t *testing.T) {
	object := func(field string) bundleFiles {
		return bundleFiles{"p.rego": "package sluice.object.p\ndeny contains \"a\" if input." + field + "\n"}
	}
	change := func(field string) bundleFiles {
		return bundleFiles{"p.rego": "package sluice.change.p\ndeny contains \"a\" if input." + field + "\n"}
	}
	for _, op := range []operation{Check, Compile} {
		accepted(t, run(t, op, schemas(t), object("object.spec")))
		accepted(t, run(t, op, schemas(t), change("objects[0].kind")))
		refusedWith(t, run(t, op, schemas(t), object("objct.spec")), problem.RegoType)
		refusedWith(t, run(t, op, schemas(t), object("objects[0].kind")), problem.RegoType)
		got := refusedWith(t, run(t, op, schemas(t), change("object.spec")), problem.RegoType)
		if got.File != "p.rego" || got.Row != 2 {
			t.Fatalf("got %+v", got)
		}
	}
}

func TestKeepsTheAuthorsAnnotations(t *testing.T) {
	accepted(t, run(t, Check, schemas(t), bundleFiles{"p.rego": "# METADATA\n# scope: package\n# title: mine\n" +
		"package sluice.object.p\n\n# METADATA\n# title: a\ndeny contains \"a\" if input.object\n"}))
}

func TestChecksTestsAsWell(t *testing.T) {
	files := bundleFiles{"a.rego": noLatest, "a_test.rego": "package a_test\ntest_a if nobody(1)\n"}
	refusedWith(t, run(t, Check, arguments{}, files), problem.RegoType)
	files["a_test.rego"] = "package a_test\ntest_a if 1 == 1\n"
	accepted(t, run(t, Check, arguments{}, files))
}

func TestAMalformedSchemaIsRefused(t *testing.T) {
	args := arguments{Schemas: map[string]any{"object": map[string]any{"type": "objekt"}}}
	refusedWith(t, run(t, Check, args, bundleFiles{"a.rego": noLatest}), problem.BadSchema)
}

func TestASchemaCannotReachTheNetwork(t *testing.T) {
	args := arguments{Schemas: map[string]any{"object": map[string]any{"$ref": "https://example.com/s.json"}}}
	refusedWith(t, run(t, Check, args, bundleFiles{"a.rego": noLatest}), problem.BadSchema)
}
