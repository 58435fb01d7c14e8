package status

import (
	"strings"
	"testing"

	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

func expect(t *testing.T, got result, want status.Status) {
	t.Helper()
	if got.Status != want || got.Message == "" {
		t.Errorf("got %+v, want %s", got, want)
	}
}

func TestAnswersInTheOrderOfTheRequest(t *testing.T) {
	got := compute(t, nil,
		`{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"a"},"status":{"phase":"Bound"}}`,
		`{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"b"},"status":{"phase":"Pending"}}`,
		`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}`,
	)
	expect(t, got[0], status.CurrentStatus)
	expect(t, got[1], status.InProgressStatus)
	expect(t, got[2], status.CurrentStatus)
}

func TestWhatIsNoObjectIsUnknown(t *testing.T) {
	for _, object := range []string{
		`null`,
		`{}`,
		`{"apiVersion":"v1","kind":"ConfigMap","metadata":{}}`,
		`{"apiVersion":"v1","metadata":{"name":"a"}}`,
		`{"kind":"ConfigMap","metadata":{"name":"a"}}`,
	} {
		expect(t, compute(t, nil, object)[0], status.UnknownStatus)
	}
	if _, err := Compute(request(t, nil, `[]`)); err == nil {
		t.Error("a list was taken")
	}
}

func TestAnObjectOfAnotherFormSpoilsNoOther(t *testing.T) {
	pod := func(states string) string {
		return `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"status":{"phase":"Running","containerStatuses":` + states + `}}`
	}
	got := compute(t, nil, pod(`["not a state"]`), pod(`[{"name":"c","state":{}}]`), pod(`"nor a list"`))
	expect(t, got[0], status.UnknownStatus)
	expect(t, got[1], status.InProgressStatus)
	expect(t, got[2], status.UnknownStatus)
}

func TestARuleIsForEveryVersionOfItsKind(t *testing.T) {
	rules := current("status.ok")
	other := strings.Replace(widget(`"status":{"ok":false}`), "example.com/v1", "example.com/v2", 1)
	group := strings.Replace(other, "example.com", "example.org", 1)
	got := compute(t, rules, widget(`"status":{"ok":true}`), other, group)
	expect(t, got[0], status.CurrentStatus)
	expect(t, got[1], status.InProgressStatus)
	expect(t, got[2], status.CurrentStatus) // nobody's rule: kstatus
}

func TestWhatNoRuleOverrules(t *testing.T) {
	got := compute(t, current("true"),
		widget(`"status":{"observedGeneration":2}`),
		widget(`"status":{"observedGeneration":1}`),
		widget(`"status":{"observedGeneration":"2"}`),
		`{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w","deletionTimestamp":"2026-01-01T00:00:00Z"}}`,
		`{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w","deletionTimestamp":1}}`,
	)
	expect(t, got[0], status.CurrentStatus)
	expect(t, got[1], status.InProgressStatus)
	expect(t, got[2], status.UnknownStatus)
	expect(t, got[3], status.TerminatingStatus)
	expect(t, got[4], status.UnknownStatus)
}
