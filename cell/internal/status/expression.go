package status

import (
	"fmt"
	"sync"

	"github.com/google/cel-go/cel"

	"sluice.dev/cell/internal/problem"
)

const (
	// In code points. What a person can follow is far shorter.
	maxExpressionSize = 8 * 1024

	// In the units of cel-go, of which a comparison costs a few and a common
	// expression tens. Within WebAssembly this many take a third of a second.
	maxExpressionCost = 100_000
)

// environment declares what an expression sees: the object, and those of its
// top-level fields that objects commonly have under their own names, as other
// tools bind them. What the object does not have is not bound, so that an
// expression on an absent status fails instead of being true of nothing.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		cel.Variable("object", cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable("apiVersion", cel.StringType),
		cel.Variable("kind", cel.StringType),
		cel.Variable("metadata", cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable("spec", cel.DynType),
		cel.Variable("status", cel.DynType),
		cel.Variable("data", cel.DynType),
		cel.OptionalTypes(),
		cel.CrossTypeNumericComparisons(true),
		cel.DefaultUTCTimeZone(true),
		cel.EagerlyValidateDeclarations(true),
		cel.ParserExpressionSizeLimit(maxExpressionSize),
		cel.ASTValidators(
			cel.ValidateDurationLiterals(),
			cel.ValidateTimestampLiterals(),
			cel.ValidateRegexLiterals(),
		),
	)
})

var bound = []string{"apiVersion", "kind", "metadata", "spec", "status", "data"}

func variables(object map[string]any) map[string]any {
	all := map[string]any{"object": object}
	for _, field := range bound {
		if value, exists := object[field]; exists {
			all[field] = value
		}
	}
	return all
}

// compileExpression type-checks an expression; place names it in problems.
func compileExpression(place, expression string) (cel.Program, []problem.Problem) {
	if size := len([]rune(expression)); size > maxExpressionSize {
		return nil, []problem.Problem{problem.In(place, problem.CELSize, "%d characters; at most %d", size, maxExpressionSize)}
	}
	env, err := environment()
	if err != nil {
		panic(fmt.Errorf("status: environment: %w", err))
	}
	checked, issues := env.Compile(expression)
	if issues.Err() != nil {
		return nil, fromIssues(place, issues)
	}
	// What is read from the object has no type before there is an object.
	if given := checked.OutputType(); !given.IsExactType(cel.BoolType) && !given.IsExactType(cel.DynType) {
		return nil, []problem.Problem{problem.In(place, problem.CELType, "is %s, not bool: %s", given, expression).
			WithRemedy("compare it: an expression answers true or false")}
	}
	program, err := env.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxExpressionCost))
	if err != nil {
		return nil, []problem.Problem{problem.In(place, problem.CELCompile, "%v", err)}
	}
	return program, nil
}

// fromIssues translates what CEL reports. Its columns count from zero.
func fromIssues(place string, issues *cel.Issues) []problem.Problem {
	var problems []problem.Problem
	for _, e := range issues.Errors() {
		p := problem.In(place, problem.CELCompile, "%s", e.Message)
		p.Row, p.Col = e.Location.Line(), e.Location.Column()+1
		problems = append(problems, p)
	}
	return problems
}
