package main

import (
	"fmt"
	"runtime/debug"

	"sluice.dev/cell/internal/frame"
	"sluice.dev/cell/internal/kustomize"
	"sluice.dev/cell/internal/rego"
)

// operation answers one request. What is wrong with the author's input is
// reported in the answer; a returned error is a fault of the cell itself.
type operation func(frame.Request) (frame.Answer, error)

var operations = map[string]operation{
	"kustomize.build": kustomize.Build,
	"rego.check":      rego.Check,
	"rego.compile":    rego.Compile,
	"rego.inspect":    rego.Inspect,
	"rego.test":       rego.Test,
}

// dispatch never panics: a panic in a linked library becomes a fault frame,
// after which the host throws the instance away.
func dispatch(input []byte) (output []byte) {
	defer func() {
		if reason := recover(); reason != nil {
			output = frame.EncodeFault(fmt.Sprintf("panic: %v\n%s", reason, debug.Stack()))
		}
	}()

	request, err := frame.Decode(input)
	if err != nil {
		return frame.EncodeFault(err.Error())
	}
	run, known := operations[request.Op]
	if !known {
		return frame.EncodeFault(fmt.Sprintf("unknown operation %q", request.Op))
	}
	answer, err := run(request)
	if err != nil {
		return frame.EncodeFault(err.Error())
	}
	return frame.Encode(answer)
}
