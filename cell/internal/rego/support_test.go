package rego

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"sluice.dev/cell/internal/frame"
	"sluice.dev/cell/internal/problem"
)

type bundleFiles map[string]string

const noLatest = `package sluice.object.images

# METADATA
# title: Tags are not floating
deny contains msg if {
	some container in input.object.spec.containers
	endswith(container.image, ":latest")
	msg := $"{container.image} floats"
}
`

func request(t *testing.T, args any, files bundleFiles) frame.Request {
	t.Helper()
	encoded, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	r := frame.Request{Op: "rego", Args: encoded}
	for path, content := range files {
		r.Files = append(r.Files, frame.File{Path: path, Content: []byte(content)})
	}
	return r
}

type operation func(frame.Request) (frame.Answer, error)

func run(t *testing.T, op operation, args any, files bundleFiles) frame.Answer {
	t.Helper()
	answer, err := op(request(t, args, files))
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func accepted(t *testing.T, answer frame.Answer) frame.Answer {
	t.Helper()
	if len(answer.Problems) > 0 {
		t.Fatalf("refused: %+v", answer.Problems)
	}
	return answer
}

func refusedWith(t *testing.T, answer frame.Answer, code problem.Code) problem.Problem {
	t.Helper()
	if len(answer.Problems) == 0 {
		t.Fatalf("accepted, want %s", code)
	}
	if slices.ContainsFunc(answer.Problems, func(p problem.Problem) bool { return p.Code != code }) {
		t.Fatalf("got %+v, want %s", answer.Problems, code)
	}
	return answer.Problems[0]
}

func policy(body string) bundleFiles {
	return bundleFiles{"p.rego": "package sluice.object.p\n\n" + strings.TrimSpace(body) + "\n"}
}
