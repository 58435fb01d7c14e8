// Package status tells whether Kubernetes objects have become what they should
// be: by kstatus, and by rules in CEL for the kinds that kstatus does not know.
package status

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/cel"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"

	"sluice.dev/cell/internal/problem"
)

// A gate that needs more rules than this has more kinds than any cluster.
const maxRules = 200

// arguments are shared by both operations.
type arguments struct {
	Rules []rule `json:"rules"`
}

// rule says when objects of one kind are ready. It holds for every version of
// the kind: an object that was written in another version than its rule is not
// to fall back to a judgement that its author replaced.
type rule struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Current    string `json:"current"`
	InProgress string `json:"inProgress"`
	Failed     string `json:"failed"`
}

// groupKind is what tells whether a rule is for an object.
type groupKind struct{ group, kind string }

func groupKindOf(apiVersion, kind string) groupKind {
	group, _, found := strings.Cut(apiVersion, "/")
	if !found {
		group = ""
	}
	return groupKind{group, kind}
}

// condition is one expression of a rule and what it says where it is true.
type condition struct {
	field   string
	means   status.Status
	program cel.Program
}

// ruleSet holds the conditions of each kind in the order in which they are
// asked: the first that is true decides.
type ruleSet map[groupKind][]condition

// compile reports everything that is wrong with the rules.
func compile(rules []rule) (ruleSet, []problem.Problem) {
	if len(rules) > maxRules {
		return nil, []problem.Problem{problem.In("rules", problem.BadRule, "%d rules; at most %d", len(rules), maxRules)}
	}
	set := ruleSet{}
	var problems []problem.Problem
	for i, r := range rules {
		place := fmt.Sprintf("rules[%d]", i)
		key := groupKindOf(r.APIVersion, r.Kind)
		if _, twice := set[key]; twice {
			problems = append(problems, problem.In(place, problem.BadRule, "a rule before has this kind: %s %s", r.APIVersion, r.Kind).
				WithRemedy("keep one rule; it holds for every version of the kind"))
			continue
		}
		conditions, found := r.compile(place)
		set[key] = conditions
		problems = append(problems, found...)
	}
	return set, problems
}

// compile leaves out the expressions that are empty; only `current` must be there.
func (r rule) compile(place string) ([]condition, []problem.Problem) {
	var (
		conditions []condition
		problems   []problem.Problem
	)
	if r.APIVersion == "" || r.Kind == "" || r.Current == "" {
		problems = append(problems, problem.In(place, problem.BadRule, "apiVersion, kind and current are needed"))
	}
	for _, each := range []struct {
		field, expression string
		means             status.Status
	}{
		{"inProgress", r.InProgress, status.InProgressStatus},
		{"failed", r.Failed, status.FailedStatus},
		{"current", r.Current, status.CurrentStatus},
	} {
		if each.expression == "" {
			continue
		}
		program, found := compileExpression(place+"."+each.field, each.expression)
		problems = append(problems, found...)
		conditions = append(conditions, condition{field: each.field, means: each.means, program: program})
	}
	return conditions, problems
}
