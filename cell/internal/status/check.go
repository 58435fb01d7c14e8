package status

import (
	"encoding/json"
	"fmt"

	"sluice.dev/cell/internal/frame"
)

type checkValue struct {
	Rules int `json:"rules"`
}

// Check compiles the rules; nothing is evaluated.
func Check(request frame.Request) (frame.Answer, error) {
	args, err := readArguments(request)
	if err != nil {
		return frame.Answer{}, err
	}
	if _, problems := compile(args.Rules); len(problems) > 0 {
		return frame.Refused(problems...), nil
	}
	return frame.Answer{Value: checkValue{Rules: len(args.Rules)}}, nil
}

func readArguments(request frame.Request) (arguments, error) {
	var args arguments
	if err := json.Unmarshal(request.Args, &args); err != nil {
		return arguments{}, fmt.Errorf("%s: arguments: %w", request.Op, err)
	}
	return args, nil
}
