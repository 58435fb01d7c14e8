package status

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"

	"sluice.dev/cell/internal/frame"
)

type computeValue struct {
	Objects []result `json:"objects"`
}

type result struct {
	Status  status.Status `json:"status"`
	Message string        `json:"message"`
}

// Compute answers for each file, one JSON object each, in the order of the
// request. Whatever cannot be judged is Unknown, never Current.
func Compute(request frame.Request) (frame.Answer, error) {
	args, err := readArguments(request)
	if err != nil {
		return frame.Answer{}, err
	}
	rules, problems := compile(args.Rules)
	if len(problems) > 0 {
		return frame.Refused(problems...), nil
	}
	judge := evaluation{rules: rules, budget: maxCallCost}
	value := computeValue{Objects: make([]result, 0, len(request.Files))}
	for _, file := range request.Files {
		// Integers as int64, which is what kstatus looks for.
		var object map[string]any
		if err := json.Unmarshal(file.Content, &object); err != nil {
			return frame.Answer{}, fmt.Errorf("status.compute: %s: %w", file.Path, err)
		}
		value.Objects = append(value.Objects, judge.status(&unstructured.Unstructured{Object: object}))
	}
	return frame.Answer{Value: value}, nil
}

// status is what the object's rule says, or kstatus where there is none.
func (e *evaluation) status(object *unstructured.Unstructured) result {
	if object.GetAPIVersion() == "" || object.GetKind() == "" || object.GetName() == "" {
		return unknown("not a Kubernetes object: apiVersion, kind and metadata.name are needed")
	}
	conditions, ruled := e.rules[groupKindOf(object.GetAPIVersion(), object.GetKind())]
	if !ruled {
		return known(object)
	}
	if early, decided := beforeRules(object); decided {
		return early
	}
	return e.decide(conditions, variables(object.Object))
}

// known asks kstatus, which takes the form of built-in kinds for granted: an
// object of another form makes it panic, and says something about that object
// alone.
func known(object *unstructured.Unstructured) (answer result) {
	defer func() {
		if recover() != nil {
			answer = unknown("the status has not the form of its kind")
		}
	}()
	computed, err := status.Compute(object)
	if err != nil {
		return unknown("%v", err)
	}
	return result{Status: computed.Status, Message: computed.Message}
}

func unknown(format string, args ...any) result {
	return result{Status: status.UnknownStatus, Message: fmt.Sprintf(format, args...)}
}
