package status

import (
	"encoding/json"
	"fmt"
	"testing"

	"sluice.dev/cell/internal/frame"
	"sluice.dev/cell/internal/problem"
)

func request(t *testing.T, rules []rule, objects ...string) frame.Request {
	t.Helper()
	args, err := json.Marshal(arguments{Rules: rules})
	if err != nil {
		t.Fatal(err)
	}
	r := frame.Request{Op: "status", Args: args}
	for i, object := range objects {
		r.Files = append(r.Files, frame.File{Path: fmt.Sprint(i), Content: []byte(object)})
	}
	return r
}

func compute(t *testing.T, rules []rule, objects ...string) []result {
	t.Helper()
	answer, err := Compute(request(t, rules, objects...))
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Problems) > 0 {
		t.Fatalf("refused: %+v", answer.Problems)
	}
	return answer.Value.(computeValue).Objects
}

func problems(t *testing.T, rules ...rule) []problem.Problem {
	t.Helper()
	answer, err := Check(request(t, rules))
	if err != nil {
		t.Fatal(err)
	}
	return answer.Problems
}

// widget is a custom resource with these top-level fields beside its metadata.
func widget(fields string) string {
	return `{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w","generation":2},` + fields + `}`
}

func current(expression string) []rule {
	return []rule{{APIVersion: "example.com/v1", Kind: "Widget", Current: expression}}
}
