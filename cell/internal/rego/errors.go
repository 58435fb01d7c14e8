package rego

import (
	"errors"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"sluice.dev/cell/internal/problem"
)

var codes = map[string]problem.Code{
	ast.ParseErr:     problem.RegoParse,
	ast.CompileErr:   problem.RegoCompile,
	ast.TypeErr:      problem.RegoType,
	ast.UnsafeVarErr: problem.RegoUnsafeVar,
	ast.RecursionErr: problem.RegoRecursion,
}

// fromError translates what OPA reports; file is used where OPA names none.
func fromError(file string, err error) []problem.Problem {
	var list ast.Errors
	if !errors.As(err, &list) {
		var single *ast.Error
		if !errors.As(err, &single) {
			return []problem.Problem{problem.In(file, problem.RegoCompile, "%v", err)}
		}
		list = ast.Errors{single}
	}
	list.Sort()
	problems := make([]problem.Problem, 0, len(list))
	for _, e := range list {
		problems = append(problems, fromAST(file, e))
	}
	return problems
}

func fromAST(file string, e *ast.Error) problem.Problem {
	code, known := codes[e.Code]
	if !known {
		code = problem.RegoCompile
	}
	message := e.Message
	if e.Details != nil {
		message = strings.Join(append([]string{message}, e.Details.Lines()...), "\n")
	}
	p := at(e.Location, code, "%s", message)
	if p.File == "" {
		p.File = file
	}
	if strings.HasPrefix(e.Message, unusableSchema) {
		p.Code = problem.BadSchema
	}
	if name, is := refusedBuiltin(e); is {
		p.Code = problem.BuiltinRefused
		p.Message = name + " is not available to a policy"
		p.Remedy = builtinRemedy(name)
	}
	return p
}

// at makes a problem of a place in a module.
func at(location *ast.Location, code problem.Code, format string, args ...any) problem.Problem {
	if location == nil {
		return problem.In("", code, format, args...)
	}
	p := problem.In(location.File, code, format, args...)
	p.Row, p.Col = location.Row, location.Col
	return p
}

// How OPA's type checker begins when the fault is the schema's, not the rule's.
const unusableSchema = "unable to compile the schema"

// OPA reports a builtin outside the capabilities as it does any function that
// nobody defined; that OPA knows the name tells the two apart.
const undefinedFunction = "undefined function "

func refusedBuiltin(e *ast.Error) (string, bool) {
	name, found := strings.CutPrefix(e.Message, undefinedFunction)
	if !found {
		return "", false
	}
	_, isBuiltin := ast.BuiltinMap[name]
	return name, isBuiltin
}

// builtinRemedy says what a policy does instead.
func builtinRemedy(name string) string {
	switch namespace, _, _ := strings.Cut(name, "."); namespace {
	case "time":
		return "use input.time, the instant of the decision in RFC 3339; equal offsets compare as text"
	case "http", "net", "opa", "providers":
		return "a decision uses nothing but its input: put what it needs into data.yaml or the policy's parameters"
	case "rand", "uuid":
		return "a decision is a function of its input; derive the value from input or data"
	case "crypto", "io":
		return "signatures are verified before policy runs: use input.source.signers and input.images"
	default:
		return "the builtins of Rego's WebAssembly target are available, with sprintf, regex.split and yaml.*"
	}
}
