package rego

import (
	"regexp"

	"github.com/open-policy-agent/opa/v1/ast"

	"sluice.dev/cell/internal/problem"
)

// The SDK formats with the npm package sprintf-js, tests with Go's fmt. A verb
// that only one of them knows would pass its test and fail at the gate.
var (
	verb       = regexp.MustCompile(`%(?:%|[-+ #0]*\d*(?:\.\d+)?([A-Za-z]))`)
	sharedVerb = regexp.MustCompile(`^[bdeosvxX]$`)
)

// checkFormats refuses the verbs of sprintf that mean different things in the
// test runner and at the gate, where the format is written out.
func checkFormats(modules map[string]*ast.Module) []problem.Problem {
	var problems []problem.Problem
	for _, module := range modules {
		ast.WalkExprs(module, func(expr *ast.Expr) bool {
			if expr.IsCall() && expr.Operator().String() == ast.Sprintf.Name {
				problems = append(problems, checkFormat(expr.Operand(0))...)
			}
			return false
		})
		ast.WalkTerms(module, func(term *ast.Term) bool {
			call, is := term.Value.(ast.Call)
			if is && len(call) > 1 && call[0].String() == ast.Sprintf.Name {
				problems = append(problems, checkFormat(call[1])...)
			}
			return false
		})
	}
	sortByPlace(problems)
	return problems
}

func checkFormat(term *ast.Term) []problem.Problem {
	format, literal := term.Value.(ast.String)
	if !literal {
		return nil
	}
	for _, match := range verb.FindAllStringSubmatch(string(format), -1) {
		if match[1] != "" && !sharedVerb.MatchString(match[1]) {
			return []problem.Problem{at(term.Location, problem.FormatVerb,
				"sprintf: %s is formatted differently at the gate than in tests", match[0]).
				WithRemedy("use %%v, %%d or %%s, or a template string: $\"…{value}…\"")}
		}
	}
	return nil
}
