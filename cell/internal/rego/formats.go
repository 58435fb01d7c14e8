package rego

import (
	"regexp"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"sluice.dev/cell/internal/problem"
)

// The SDK formats with the npm package sprintf-js, tests with Go's fmt: what is
// not a directive of both would pass its test and then print something else at
// the gate, or fail there.
var sharedDirective = regexp.MustCompile(`%(?:%|\+?[0-]?\d*[bdoxX]|-?\d*[sv])`)

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
	if !strings.Contains(sharedDirective.ReplaceAllString(string(format), ""), "%") {
		return nil
	}
	return []problem.Problem{at(term.Location, problem.FormatVerb,
		"sprintf: %q is not formatted at the gate as it is in tests", string(format)).
		WithRemedy("use %%v, %%s or %%d, or a template string: $\"…{value}…\"")}
}
