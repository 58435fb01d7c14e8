package rego

import (
	"maps"

	"github.com/open-policy-agent/opa/v1/ast"

	"sluice.dev/cell/internal/frame"
	"sluice.dev/cell/internal/problem"
)

// More than this many errors help nobody.
const maxErrors = 100

type checkValue struct {
	Entrypoints []string          `json:"entrypoints"`
	Warnings    []problem.Problem `json:"warnings"`
}

// Check parses and type-checks policies and tests; nothing is compiled.
func Check(request frame.Request) (frame.Answer, error) {
	s, problems, err := readSource(request)
	if err != nil || len(problems) > 0 {
		return frame.Refused(problems...), err
	}
	if problems := s.verify(s.modules()); len(problems) > 0 {
		return frame.Refused(problems...), nil
	}
	return frame.Answer{Value: checkValue{
		Entrypoints: names(s.entrypoints()),
		Warnings:    s.warnings(),
	}}, nil
}

// modules are the policies with their tests.
func (s source) modules() map[string]*ast.Module {
	all := maps.Clone(s.policies)
	maps.Copy(all, s.tests)
	return all
}

// verify is everything that refuses a bundle before code is generated.
func (s source) verify(modules map[string]*ast.Module) []problem.Problem {
	if problems := s.typeCheck(modules); len(problems) > 0 {
		return problems
	}
	problems := s.checkGateRules()
	return append(problems, checkFormats(s.policies)...)
}

// typeCheck runs OPA's own compiler in strict mode with the schemas in place.
func (s source) typeCheck(modules map[string]*ast.Module) []problem.Problem {
	typed, schemas := typing(s.args.Schemas)
	maps.Copy(typed, modules)
	compiler := ast.NewCompiler().
		WithStrict(true).
		WithCapabilities(capabilities(forTests...)).
		WithDefaultRegoVersion(ast.RegoV1).
		WithSchemas(schemas).
		WithUseTypeCheckAnnotations(true).
		WithPathConflictsCheck(s.holdsData).
		SetErrorLimit(maxErrors)
	if compiler.Compile(typed); compiler.Failed() {
		return fromError("", compiler.Errors)
	}
	return nil
}

// holdsData tells whether base data stands at a path or above it, where a rule
// would hide it.
func (s source) holdsData(path []string) (bool, error) {
	var at any = s.data
	for _, name := range path {
		object, is := at.(map[string]any)
		if !is {
			return true, nil
		}
		next, exists := object[name]
		if !exists {
			return false, nil
		}
		at = next
	}
	return true, nil
}
