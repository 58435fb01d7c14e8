package status

import (
	"fmt"
	"strings"
	"testing"

	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

func TestTheFirstConditionThatIsTrueDecides(t *testing.T) {
	rules := []rule{{
		APIVersion: "example.com/v1", Kind: "Widget",
		InProgress: "status.phase == 'Waiting' || status.phase == 'All'",
		Failed:     "status.phase == 'Broken' || status.phase == 'All'",
		Current:    "status.phase != 'New'",
	}}
	for phase, want := range map[string]status.Status{
		"Waiting": status.InProgressStatus,
		"Broken":  status.FailedStatus,
		"Ready":   status.CurrentStatus,
		"New":     status.InProgressStatus,
		"All":     status.InProgressStatus,
	} {
		expect(t, compute(t, rules, widget(fmt.Sprintf(`"status":{"phase":%q}`, phase)))[0], want)
	}
}

func TestWhatCannotBeEvaluatedIsUnknown(t *testing.T) {
	for _, expression := range []string{
		"status.ready",        // absent
		"status.phase",        // a string
		"status.list[3] == 1", // out of range
		"data.a == 'b'",       // the object has no data
		"!has(data.error)",    // nor is that true of nothing
		"int(status.phase) > 0",
		"status.list.all(i, i.x == 1)",
		"1 / status.zero == 1",
	} {
		got := compute(t, current(expression), widget(`"status":{"phase":"Ready","list":[1],"zero":0}`))[0]
		expect(t, got, status.UnknownStatus)
	}
}

func TestWhatComesBeforeMustBeKnown(t *testing.T) {
	rules := []rule{{APIVersion: "example.com/v1", Kind: "Widget", Failed: "status.error != ''", Current: "true"}}
	expect(t, compute(t, rules, widget(`"status":{}`))[0], status.UnknownStatus)
	expect(t, compute(t, rules, widget(`"status":{"error":""}`))[0], status.CurrentStatus)
	expect(t, compute(t, rules, widget(`"status":{"error":"x"}`))[0], status.FailedStatus)
}

func TestNumbersCompareAcrossTypes(t *testing.T) {
	object := widget(`"spec":{"replicas":3},"status":{"replicas":3,"ratio":0.5}`)
	expect(t, compute(t, current("status.replicas == spec.replicas && status.ratio < 1"), object)[0], status.CurrentStatus)
	expect(t, compute(t, current("status.replicas >= 3.5"), object)[0], status.InProgressStatus)
}

const quadratic = "status.list.all(a, status.list.all(b, a + b > 0))"

func list(length int) string {
	return widget(`"status":{"list":[` + strings.TrimSuffix(strings.Repeat("1,", length), ",") + `]}`)
}

func TestAnExpressionThatCostsTooMuchIsUnknown(t *testing.T) {
	expect(t, compute(t, current(quadratic), list(10))[0], status.CurrentStatus)
	expect(t, compute(t, current(quadratic), list(1000))[0], status.UnknownStatus)
}

func TestExpressionsTogetherHaveABudget(t *testing.T) {
	set, found := compile(current(quadratic))
	if len(found) > 0 {
		t.Fatal(found)
	}
	conditions := set[groupKind{"example.com", "Widget"}]
	small := map[string]any{"status": map[string]any{"list": []any{int64(1)}}}
	e := evaluation{rules: set, budget: 20}
	expect(t, e.decide(conditions, small), status.CurrentStatus)
	if e.budget == 0 || e.budget == 20 {
		t.Fatalf("%d left: what it cost is not known", e.budget)
	}
	e.budget = 1
	expect(t, e.decide(conditions, small), status.CurrentStatus)
	expect(t, e.decide(conditions, small), status.UnknownStatus)
}
