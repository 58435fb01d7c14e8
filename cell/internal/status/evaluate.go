package status

import (
	"errors"
	"fmt"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/interpreter"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

// For all expressions of one call: a few seconds, and a call has thirty. It is
// two thousand for each of a thousand objects.
const maxCallCost = 20 * maxExpressionCost

// evaluation is one call's: the rules, and what they may still cost.
type evaluation struct {
	rules  ruleSet
	budget uint64
}

// beforeRules is what no rule can overrule: an object that is being deleted, or
// whose controller has not seen what was applied, so that its status is of
// something else.
func beforeRules(object *unstructured.Unstructured) (result, bool) {
	deleted, found, err := unstructured.NestedString(object.Object, "metadata", "deletionTimestamp")
	if err != nil {
		return unknown("%v", err), true
	}
	if found && deleted != "" {
		return result{status.TerminatingStatus, "Resource scheduled for deletion"}, true
	}
	observed, found, err := unstructured.NestedInt64(object.Object, "status", "observedGeneration")
	if err != nil {
		return unknown("%v", err), true
	}
	if generation := object.GetGeneration(); found && observed != generation {
		message := fmt.Sprintf("generation is %d, but latest observed generation is %d", generation, observed)
		return result{status.InProgressStatus, message}, true
	}
	return result{}, false
}

// decide takes the first condition that is true. One that cannot be evaluated
// leaves open whether it is, and so what follows it.
func (e *evaluation) decide(conditions []condition, variables map[string]any) result {
	for _, c := range conditions {
		holds, err := e.evaluate(c.program, variables)
		if err != nil {
			return unknown("the rule's %s: %v", c.field, err)
		}
		if holds {
			return result{c.means, fmt.Sprintf("the rule's %s is true", c.field)}
		}
	}
	return result{status.InProgressStatus, "the rule's current is not true"}
}

func (e *evaluation) evaluate(program cel.Program, variables map[string]any) (bool, error) {
	if e.budget == 0 {
		return false, fmt.Errorf("the rules of this call cost more than %d together", maxCallCost)
	}
	value, details, err := program.Eval(variables)
	e.spend(details)
	var cancelled interpreter.EvalCancelledError
	if errors.As(err, &cancelled) {
		return false, fmt.Errorf("costs more than %d", maxExpressionCost)
	}
	if err != nil {
		return false, err
	}
	holds, is := value.(types.Bool)
	if !is {
		return false, fmt.Errorf("is %s, not bool", value.Type().TypeName())
	}
	return bool(holds), nil
}

// spend counts an expression without details as one that reached its limit.
func (e *evaluation) spend(details *cel.EvalDetails) {
	cost := uint64(maxExpressionCost)
	if details != nil && details.ActualCost() != nil {
		cost = *details.ActualCost()
	}
	e.budget -= min(e.budget, cost)
}
