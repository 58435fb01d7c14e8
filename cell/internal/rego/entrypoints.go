package rego

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"sluice.dev/cell/internal/problem"
)

// The rules that the gate asks for.
var gateRules = []string{"deny", "warn"}

// entrypoint is one rule that the compiled module answers for.
type entrypoint struct {
	path  string // sluice/object/<name>/deny
	rules []*ast.Rule
}

// entrypoints finds `deny` and `warn` of every gate package, in order of path.
func (s source) entrypoints() []entrypoint {
	byPath := map[string]*entrypoint{}
	for _, module := range s.policies {
		kind, name, is := gatePackage(module.Package.Path)
		if !is {
			continue
		}
		for _, rule := range module.Rules {
			ruleName := gateRuleName(rule)
			if ruleName == "" {
				continue
			}
			path := strings.Join([]string{packageRoot, kind, name, ruleName}, "/")
			if byPath[path] == nil {
				byPath[path] = &entrypoint{path: path}
			}
			byPath[path].rules = append(byPath[path].rules, rule)
		}
	}
	found := make([]entrypoint, 0, len(byPath))
	for _, e := range byPath {
		slices.SortFunc(e.rules, func(a, b *ast.Rule) int { return a.Loc().Compare(b.Loc()) })
		found = append(found, *e)
	}
	slices.SortFunc(found, func(a, b entrypoint) int { return strings.Compare(a.path, b.path) })
	return found
}

func names(entrypoints []entrypoint) []string {
	paths := make([]string, 0, len(entrypoints))
	for _, e := range entrypoints {
		paths = append(paths, e.path)
	}
	return paths
}

// gateRuleName returns deny or warn where a rule defines it, else "".
func gateRuleName(rule *ast.Rule) string {
	head, is := rule.Head.Ref()[0].Value.(ast.Var)
	if is && slices.Contains(gateRules, string(head)) {
		return string(head)
	}
	return ""
}

// checkGateRules refuses a deny or warn that would never be asked for, or
// whose shape the gate could not read: either would let something through
// that its author meant to stop.
func (s source) checkGateRules() []problem.Problem {
	var problems []problem.Problem
	for file, module := range s.modules() {
		_, _, inGate := gatePackage(module.Package.Path)
		_, isTest := s.tests[file]
		for _, rule := range module.Rules {
			name := gateRuleName(rule)
			if name == "" || !underRoot(module.Package.Path) {
				continue
			}
			switch {
			case isTest:
				problems = append(problems, at(rule.Loc(), problem.RuleMisplaced,
					"%s in a test file is not part of the policy", name).
					WithRemedy("move it to a file whose name does not end in %s", testSuffix))
			case !inGate:
				problems = append(problems, at(rule.Loc(), problem.RuleMisplaced,
					"%s in package %s is never evaluated", name, module.Package.Path).
					WithRemedy("use package sluice.object.<name> or sluice.change.<name>"))
			case rule.Default || rule.Head.RuleKind() != ast.MultiValue || len(rule.Head.Ref()) != 1:
				problems = append(problems, at(rule.Loc(), problem.RuleKind,
					"%s has to be a set of reasons", name).
					WithRemedy("write `%s contains reason if { … }`", name))
			}
		}
	}
	sortByPlace(problems)
	return problems
}

func underRoot(path ast.Ref) bool {
	return len(path) > 1 && path[1].Equal(ast.StringTerm(packageRoot))
}

func sortByPlace(problems []problem.Problem) {
	slices.SortFunc(problems, func(a, b problem.Problem) int {
		if byFile := strings.Compare(a.File, b.File); byFile != 0 {
			return byFile
		}
		if a.Row != b.Row {
			return a.Row - b.Row
		}
		return a.Col - b.Col
	})
}
