package rego

import (
	"reflect"
	"slices"
	"testing"

	"sluice.dev/cell/internal/problem"
)

func TestRunsTheTestsWithCoverage(t *testing.T) {
	answer := accepted(t, run(t, Test, arguments{}, bundleFiles{
		"a.rego": noLatest + "\nwarn contains \"never\" if {\n\tinput.x\n\tinput.y\n}\n",
		"a_test.rego": `package sluice.object.images_test

import data.sluice.object.images

test_floating if images.deny == {"a:latest floats"} with input as {"object": {"spec": {"containers": [{"image": "a:latest"}]}}}

test_wrong if {
	print("seen", count(images.deny))
	count(images.deny) == 1
}

todo_test_later if false

test_error if images.deny with input as {}
`,
	}))
	value := answer.Value.(testValue)
	want := []testResult{
		{Package: "data.sluice.object.images_test", Name: "test_floating", File: "a_test.rego", Row: 5, Pass: true},
		{Package: "data.sluice.object.images_test", Name: "test_wrong", File: "a_test.rego", Row: 7, Output: "seen 0\n"},
		{Package: "data.sluice.object.images_test", Name: "todo_test_later", File: "a_test.rego", Row: 12, Skipped: true},
		{Package: "data.sluice.object.images_test", Name: "test_error", File: "a_test.rego", Row: 14, Pass: true},
	}
	if !reflect.DeepEqual(value.Results, want) {
		t.Fatalf("got %+v", value.Results)
	}
	if len(value.Coverage.Files) != 1 || value.Coverage.Files[0].File != "a.rego" {
		t.Fatalf("got %+v", value.Coverage)
	}
	missed := value.Coverage.Files[0].NotCovered
	if !slices.Contains(missed, rowRange{11, 11}) || slices.Contains(missed, rowRange{5, 5}) {
		t.Fatalf("got %+v", missed)
	}
	if value.Coverage.Percent <= 0 || value.Coverage.Percent >= 100 {
		t.Fatalf("got %v", value.Coverage.Percent)
	}
}

func TestNamesTheFailedCases(t *testing.T) {
	answer := accepted(t, run(t, Test, arguments{}, bundleFiles{
		"a.rego": noLatest,
		"a_test.rego": `package a_test

test_table[case.note] if {
	some case in [{"note": "good", "n": 1}, {"note": "bad", "n": 2}]
	case.n == 1
}
`,
	}))
	results := answer.Value.(testValue).Results
	if len(results) != 1 || results[0].Pass || !slices.Equal(results[0].FailedCases, []string{"bad"}) {
		t.Fatalf("got %+v", results)
	}
}

func TestTestsHaveTheBuiltinsOfTheGate(t *testing.T) {
	refusedWith(t, run(t, Test, arguments{}, bundleFiles{
		"a.rego":      noLatest,
		"a_test.rego": "package a_test\ntest_a if time.now_ns() > 0\n",
	}), problem.BuiltinRefused)
}

func TestTestsSeeTheData(t *testing.T) {
	answer := accepted(t, run(t, Test, arguments{}, bundleFiles{
		"a.rego":          noLatest,
		"teams/data.yaml": "a: 1\n",
		"a_test.rego":     "package a_test\ntest_a if data.teams.a == 1\n",
	}))
	if results := answer.Value.(testValue).Results; !results[0].Pass {
		t.Fatalf("got %+v", results)
	}
}
