package rego

import (
	"bytes"
	"slices"
	"testing"

	"sluice.dev/cell/internal/problem"
)

func TestFindsTheEntrypoints(t *testing.T) {
	answer := accepted(t, run(t, Compile, arguments{}, bundleFiles{
		"a.rego":   noLatest,
		"b.rego":   "package sluice.change.size\nimport data.lib\nwarn contains \"a\" if lib.yes\ndeny contains \"b\" if lib.yes\n",
		"lib.rego": "package lib\nyes := input.x\n",
		"c.rego":   "package sluice.object.images\nwarn contains \"c\" if input.x\n",
	}))
	want := []string{
		"sluice/change/size/deny", "sluice/change/size/warn",
		"sluice/object/images/deny", "sluice/object/images/warn",
	}
	if got := answer.Value.(compileValue).Entrypoints; !slices.Equal(got, want) {
		t.Fatalf("got %v", got)
	}
}

func TestCompilesOnlyTheEntrypointsAskedFor(t *testing.T) {
	files := bundleFiles{"a.rego": noLatest + "warn contains \"a\" if input.x\n"}
	asked := arguments{Entrypoints: []string{"sluice/object/images/warn"}}
	answer := accepted(t, run(t, Compile, asked, files))
	if got := answer.Value.(compileValue).Entrypoints; !slices.Equal(got, asked.Entrypoints) {
		t.Fatalf("got %v", got)
	}
	asked.Entrypoints[0] = "sluice/object/images/deni"
	refusedWith(t, run(t, Compile, asked, files), problem.BadEntrypoint)
}

func TestTheSameFilesGiveTheSameBytes(t *testing.T) {
	files := bundleFiles{
		"a.rego":    noLatest,
		"b.rego":    "package sluice.object.b\nimport data.lib\ndeny contains m if { some m, _ in lib.f(input.object) }\n",
		"lib.rego":  "package lib\nf(x) := {k: v | some k, v in x; v != data.skip[k]}\n",
		"data.yaml": "skip: {a: 1, b: 2, c: 3}\n",
	}
	first := accepted(t, run(t, Compile, arguments{}, files))
	for range 10 {
		again := accepted(t, run(t, Compile, arguments{}, files))
		if !bytes.Equal(first.Blobs[0], again.Blobs[0]) {
			t.Fatal("the module differs")
		}
	}
	files["a.rego"] = noLatest + "warn contains \"x\" if input.y\n"
	if changed := accepted(t, run(t, Compile, arguments{}, files)); bytes.Equal(first.Blobs[0], changed.Blobs[0]) {
		t.Fatal("another policy gives the same module")
	}
}

func TestLeavesTestsOut(t *testing.T) {
	files := bundleFiles{"a.rego": noLatest}
	without := accepted(t, run(t, Compile, arguments{}, files))
	files["a_test.rego"] = "package sluice.object.images_test\ntest_a if time.now_ns() > 0\n"
	with := accepted(t, run(t, Compile, arguments{}, files))
	if !bytes.Equal(with.Blobs[0], without.Blobs[0]) {
		t.Fatal("a test changes the module")
	}
}

func TestReturnsTheDataBesideTheModule(t *testing.T) {
	files := bundleFiles{
		"a.rego":           noLatest,
		"data.json":        `{"top": 1}`,
		"teams/data.yaml":  "a: [x]\n",
		"teams/other.json": `{"left": "out"}`,
	}
	data := accepted(t, run(t, Compile, arguments{}, files)).Value.(compileValue).Data
	if len(data) != 2 || len(data["teams"].(map[string]any)) != 1 {
		t.Fatalf("got %v", data)
	}
}

func TestRefusedBundles(t *testing.T) {
	for name, test := range map[string]struct {
		files bundleFiles
		want  problem.Code
	}{
		"nothing":              {bundleFiles{}, problem.NoPolicies},
		"tests alone":          {bundleFiles{"a_test.rego": "package a\n"}, problem.NoPolicies},
		"no entry point":       {bundleFiles{"a.rego": "package lib\nx := 1\n"}, problem.NoEntrypoint},
		"syntax":               {policy(`deny contains x if {`), problem.RegoParse},
		"v0 syntax":            {policy(`deny[x] { x := "a" }`), problem.RegoParse},
		"unsafe variable":      {policy(`deny contains x if { y }`), problem.RegoUnsafeVar},
		"recursion":            {policy("deny contains \"a\" if a\na if b\nb if a"), problem.RegoRecursion},
		"unused variable":      {policy(`deny contains "a" if { x := 1 }`), problem.RegoCompile},
		"rule over data":       {bundleFiles{"a.rego": noLatest, "sluice/data.json": `{"object": 1}`}, problem.RegoCompile},
		"type":                 {policy(`deny contains x if { x := 1 + "a" }`), problem.RegoType},
		"deny is a boolean":    {policy(`deny if input.x`), problem.RuleKind},
		"deny is a default":    {policy("default deny := false\n"), problem.RuleKind},
		"deny is an object":    {policy(`deny["a"] := 1 if input.x`), problem.RuleKind},
		"deny is a function":   {policy(`deny(x) := 1 if x`), problem.RuleKind},
		"deny too deep":        {bundleFiles{"a.rego": "package sluice.object.a.b\ndeny contains \"x\" if input.y\n"}, problem.RuleMisplaced},
		"deny of another kind": {bundleFiles{"a.rego": "package sluice.objects.a\ndeny contains \"x\" if input.y\n"}, problem.RuleMisplaced},
		"data defined twice":   {bundleFiles{"a.rego": noLatest, "data.json": `{"a": 1}`, "data.yaml": "a: 2"}, problem.BadData},
		"data is a list":       {bundleFiles{"a.rego": noLatest, "data.json": `[1]`}, problem.BadData},
		"data is broken":       {bundleFiles{"a.rego": noLatest, "data.json": `{`}, problem.BadData},
		"data inside a value":  {bundleFiles{"a.rego": noLatest, "data.json": `{"a": 1}`, "a/data.json": `{}`}, problem.BadData},
		"verb of Go alone":     {policy(`deny contains x if { x := sprintf("%q", ["a"]) }`), problem.FormatVerb},
		"flag of Go alone":     {policy(`deny contains x if { x := sprintf("%#x", [1]) }`), problem.FormatVerb},
		"verb at the end":      {policy(`deny contains x if { x := sprintf("100%", []) }`), problem.FormatVerb},
		"verb in a call":       {policy(`deny contains x if { x := concat("", [sprintf("%5.1f", [1])]) }`), problem.FormatVerb},
	} {
		t.Run(name, func(t *testing.T) {
			refusedWith(t, run(t, Compile, arguments{}, test.files), test.want)
		})
	}
}

func TestADenyRuleInATestFileIsRefused(t *testing.T) {
	files := bundleFiles{
		"a.rego":      noLatest,
		"a_test.rego": "package sluice.object.images\ndeny contains \"never\" if input.x\n",
	}
	refusedWith(t, run(t, Check, arguments{}, files), problem.RuleMisplaced)
	refusedWith(t, run(t, Compile, arguments{}, files), problem.RuleMisplaced)
}

func TestWarnsWhereARuleHasNoTitle(t *testing.T) {
	titled := accepted(t, run(t, Compile, arguments{}, bundleFiles{"a.rego": noLatest}))
	if warnings := titled.Value.(compileValue).Warnings; len(warnings) != 0 {
		t.Fatalf("got %+v", warnings)
	}
	untitled := accepted(t, run(t, Compile, arguments{}, policy(`deny contains "a" if input.x`)))
	warnings := untitled.Value.(compileValue).Warnings
	if len(warnings) != 1 || warnings[0].Code != problem.NoTitle || warnings[0].Row != 3 {
		t.Fatalf("got %+v", warnings)
	}
}
