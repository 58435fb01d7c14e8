// Package rego compiles, checks, tests and describes a set of Rego files.
package rego

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"sluice.dev/cell/internal/frame"
	"sluice.dev/cell/internal/problem"
)

const (
	policySuffix = ".rego"
	testSuffix   = "_test.rego"
)

// arguments are shared by the operations on Rego.
type arguments struct {
	// Entrypoints to compile, as package/path/rule; found by name when absent.
	Entrypoints []string `json:"entrypoints"`
	// Schemas of `input`, by the kind of package: "object", "change".
	Schemas map[string]any `json:"schemas"`
}

// source is a bundle taken apart: policies and tests, parsed, and base data.
type source struct {
	args     arguments
	policies map[string]*ast.Module
	tests    map[string]*ast.Module
	data     map[string]any
}

// readSource parses every file; problems are all that was found wrong.
func readSource(request frame.Request) (source, []problem.Problem, error) {
	s := source{policies: map[string]*ast.Module{}, tests: map[string]*ast.Module{}}
	if err := json.Unmarshal(request.Args, &s.args); err != nil {
		return source{}, nil, fmt.Errorf("%s: arguments: %w", request.Op, err)
	}
	options := ast.ParserOptions{
		Capabilities:      capabilities(),
		ProcessAnnotation: true,
		RegoVersion:       ast.RegoV1,
	}
	var problems []problem.Problem
	for _, file := range request.Files {
		if !strings.HasSuffix(file.Path, policySuffix) {
			continue
		}
		module, err := ast.ParseModuleWithOpts(file.Path, string(file.Content), options)
		if err != nil {
			problems = append(problems, fromError(file.Path, err)...)
			continue
		}
		if strings.HasSuffix(file.Path, testSuffix) {
			s.tests[file.Path] = module
		} else {
			s.policies[file.Path] = module
		}
	}
	data, dataProblems := readData(request.Files)
	s.data = data
	problems = append(problems, dataProblems...)
	if len(problems) == 0 && len(s.policies) == 0 {
		problems = append(problems, problem.In("", problem.NoPolicies, "there is no .rego file").
			WithRemedy("add a policy in package sluice.object.<name> or sluice.change.<name>"))
	}
	return s, problems, nil
}

// isData tells whether OPA's bundle layout makes this file base data.
func isData(file string) bool {
	switch path.Base(file) {
	case "data.json", "data.yaml", "data.yml":
		return true
	default:
		return false
	}
}
