package rego

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"

	"sluice.dev/cell/internal/frame"
	"sluice.dev/cell/internal/problem"
)

type inspectValue struct {
	Packages    []string     `json:"packages"`
	Entrypoints []string     `json:"entrypoints"`
	Annotations []annotation `json:"annotations"`
}

// annotation is one `# METADATA` block and what it stands on.
type annotation struct {
	// Path is that of the package or rule: data.sluice.object.<name>.deny
	Path        string         `json:"path"`
	Scope       string         `json:"scope"`
	Title       string         `json:"title,omitempty"`
	Description string         `json:"description,omitempty"`
	Custom      map[string]any `json:"custom,omitempty"`
	File        string         `json:"file"`
	Row         int            `json:"row"`
}

// Inspect lists the annotations of the policies, without those of the tests.
func Inspect(request frame.Request) (frame.Answer, error) {
	s, problems, err := readSource(request)
	if err != nil || len(problems) > 0 {
		return frame.Refused(problems...), err
	}
	set, problems := s.annotations()
	if len(problems) > 0 {
		return frame.Refused(problems...), nil
	}
	value := inspectValue{
		Packages:    s.packages(),
		Entrypoints: names(s.entrypoints()),
		Annotations: []annotation{},
	}
	for _, ref := range set.Flatten() {
		value.Annotations = append(value.Annotations, annotation{
			Path:        ref.Path.String(),
			Scope:       ref.Annotations.Scope,
			Title:       ref.Annotations.Title,
			Description: ref.Annotations.Description,
			Custom:      ref.Annotations.Custom,
			File:        ref.Location.File,
			Row:         ref.Location.Row,
		})
	}
	return frame.Answer{Value: value}, nil
}

func (s source) annotations() (*ast.AnnotationSet, []problem.Problem) {
	modules := make([]*ast.Module, 0, len(s.policies))
	for _, file := range util.KeysSorted(s.policies) {
		modules = append(modules, s.policies[file])
	}
	set, errs := ast.BuildAnnotationSet(modules)
	if len(errs) > 0 {
		return nil, fromError("", errs)
	}
	return set, nil
}

func (s source) packages() []string {
	var paths []string
	for _, module := range s.policies {
		paths = append(paths, module.Package.Path.String())
	}
	slices.SortFunc(paths, strings.Compare)
	return slices.Compact(paths)
}

// warnings are findings that refuse nothing. The title of a rule is what the
// audit record calls it.
func (s source) warnings() []problem.Problem {
	warnings := []problem.Problem{}
	set, problems := s.annotations()
	if len(problems) > 0 {
		return problems
	}
	for _, e := range s.entrypoints() {
		for _, rule := range e.rules {
			if !titled(set, rule) {
				warnings = append(warnings, at(rule.Loc(), problem.NoTitle,
					"%s has no title for the audit record", e.path).
					WithRemedy("put `# METADATA` with a title above it"))
			}
		}
	}
	return warnings
}

func titled(set *ast.AnnotationSet, rule *ast.Rule) bool {
	if document := set.GetDocumentScope(rule.Ref()); document != nil && document.Title != "" {
		return true
	}
	return slices.ContainsFunc(set.GetRuleScope(rule), func(a *ast.Annotations) bool {
		return a.Title != ""
	})
}
