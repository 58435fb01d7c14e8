package rego

import (
	"context"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/compile"
	"github.com/open-policy-agent/opa/v1/util"

	"sluice.dev/cell/internal/frame"
	"sluice.dev/cell/internal/problem"
)

type compileValue struct {
	Entrypoints []string          `json:"entrypoints"`
	Data        map[string]any    `json:"data"`
	Warnings    []problem.Problem `json:"warnings"`
}

// Compile makes one WebAssembly module of the policies, without their tests.
// The module is the answer's only blob; the same files give the same bytes.
func Compile(request frame.Request) (frame.Answer, error) {
	s, problems, err := readSource(request)
	if err != nil || len(problems) > 0 {
		return frame.Refused(problems...), err
	}
	if problems := s.verify(s.policies); len(problems) > 0 {
		return frame.Refused(problems...), nil
	}
	entrypoints, problems := s.chooseEntrypoints()
	if len(problems) > 0 {
		return frame.Refused(problems...), nil
	}
	compiler := compile.New().
		WithTarget(compile.TargetWasm).
		WithCapabilities(capabilities()).
		WithRegoVersion(ast.RegoV1).
		WithPruneUnused(true).
		WithEntrypoints(entrypoints...).
		WithBundle(s.bundle())
	if err := compiler.Build(context.Background()); err != nil {
		return frame.Refused(fromError("", err)...), nil
	}
	return frame.Answer{
		Value: compileValue{Entrypoints: entrypoints, Data: s.data, Warnings: s.warnings()},
		Blobs: [][]byte{compiler.Bundle().WasmModules[0].Raw},
	}, nil
}

// chooseEntrypoints takes those asked for, or all that the gate knows.
func (s source) chooseEntrypoints() ([]string, []problem.Problem) {
	found := names(s.entrypoints())
	if len(found) == 0 {
		return nil, []problem.Problem{problem.In("", problem.NoEntrypoint,
			"no deny or warn in a package sluice.object.<name> or sluice.change.<name>").
			WithRemedy("a bundle that can refuse nothing is not a policy: add a deny rule")}
	}
	if len(s.args.Entrypoints) == 0 {
		return found, nil
	}
	for _, asked := range s.args.Entrypoints {
		if !slices.Contains(found, asked) {
			return nil, []problem.Problem{problem.In("", problem.BadEntrypoint,
				"%s is not a rule of this bundle", asked)}
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(s.args.Entrypoints))), nil
}

// bundle holds copies: Build takes the compiled rules out of its modules.
func (s source) bundle() *bundle.Bundle {
	b := &bundle.Bundle{Data: s.data}
	b.SetRegoVersion(ast.RegoV1)
	b.Manifest.Init()
	for _, file := range util.KeysSorted(s.policies) {
		b.Modules = append(b.Modules, bundle.ModuleFile{URL: file, Path: file, Parsed: s.policies[file].Copy()})
	}
	return b
}
