package status

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"sluice.dev/cell/internal/frame"
	"sluice.dev/cell/internal/problem"
)

func TestTakesWhatAnswersTrueOrFalse(t *testing.T) {
	for _, expression := range []string{
		"true",
		"status.phase == 'Ready'",
		"status.ready", // known when there is an object
		"object.status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')",
		"status.?conditions.orValue([]).exists(c, c.type == 'Ready')",
		"has(data.key) && size(data) > 1",
		"metadata.name.matches('^w+$')",
		"status.replicas == spec.replicas && status.ratio > 1",
		"timestamp(status.at) < timestamp('2030-01-01T00:00:00Z')",
	} {
		if found := problems(t, current(expression)...); len(found) > 0 {
			t.Errorf("%s: %+v", expression, found)
		}
	}
}

func TestRefusesWhatDoesNot(t *testing.T) {
	for expression, want := range map[string]problem.Code{
		"status.phase ==":                 problem.CELCompile,
		"statuss.phase == 'Ready'":        problem.CELCompile,
		"'a'":                             problem.CELType,
		"1 + 1":                           problem.CELType,
		"object":                          problem.CELType,
		"[true]":                          problem.CELType,
		"kind == 1":                       problem.CELCompile,
		"status.all(c)":                   problem.CELCompile,
		"now() > timestamp(status.at)":    problem.CELCompile,
		"metadata.name.matches('(')":      problem.CELCompile,
		"timestamp('today') > status.at":  problem.CELCompile,
		strings.Repeat("(", 300) + "true": problem.CELCompile,
		"true || '" + strings.Repeat("ä", maxExpressionSize) + "' == ''": problem.CELSize,
	} {
		found := problems(t, current(expression)...)
		if len(found) == 0 || found[0].Code != want {
			t.Errorf("%.40s: got %+v, want %s", expression, found, want)
		}
	}
}

func TestSaysWhere(t *testing.T) {
	r := rule{APIVersion: "a/v1", Kind: "A", Current: "true", Failed: "true ||\n  statuss.x"}
	found := problems(t, current("true")[0], r)
	if len(found) != 1 || found[0].File != "rules[1].failed" || found[0].Row != 2 || found[0].Col != 3 {
		t.Fatalf("got %+v", found)
	}
}

func TestFindsEverythingAtOnce(t *testing.T) {
	found := problems(t, rule{APIVersion: "a/v1", Kind: "A", Current: "a", InProgress: "b", Failed: "c"})
	if len(found) != 3 {
		t.Fatalf("got %+v", found)
	}
}

func TestRefusesRulesThatAreNone(t *testing.T) {
	whole := rule{APIVersion: "a/v1", Kind: "A", Current: "true"}
	for name, rules := range map[string][]rule{
		"no current":           {{APIVersion: "a/v1", Kind: "A", Failed: "true"}},
		"no kind":              {{APIVersion: "a/v1", Current: "true"}},
		"no version":           {{Kind: "A", Current: "true"}},
		"the same kind":        {whole, whole},
		"of another version":   {whole, {APIVersion: "a/v2", Kind: "A", Current: "true"}},
		"more than any needs":  many(maxRules + 1),
		"one wrong among many": append(many(maxRules-1), rule{}),
	} {
		if found := problems(t, rules...); len(found) != 1 || found[0].Code != problem.BadRule {
			t.Errorf("%s: got %+v", name, found)
		}
	}
	other := rule{APIVersion: "b/v1", Kind: "A", Current: "true"}
	if found := problems(t, whole, other); len(found) > 0 {
		t.Errorf("two groups: %+v", found)
	}
	if found := problems(t, many(maxRules)...); len(found) > 0 {
		t.Errorf("as many as allowed: %+v", found)
	}
}

func many(count int) []rule {
	rules := make([]rule, count)
	for i := range rules {
		rules[i] = rule{APIVersion: "a/v1", Kind: fmt.Sprintf("A%d", i), Current: "true"}
	}
	return rules
}

func TestComputeRefusesTheSame(t *testing.T) {
	answer, err := Compute(request(t, current("'a'"), widget(`"spec":{}`)))
	if err != nil || len(answer.Problems) != 1 || answer.Problems[0].Code != problem.CELType {
		t.Fatalf("got %+v, %v", answer, err)
	}
}

func TestArgumentsOfAnotherFormAreAFault(t *testing.T) {
	bad := frame.Request{Args: json.RawMessage(`{"rules":1}`)}
	for name, run := range map[string]func(frame.Request) (frame.Answer, error){"check": Check, "compute": Compute} {
		if _, err := run(bad); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
