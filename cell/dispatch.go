package main

import (
	"fmt"

	"sluice.dev/cell/internal/frame"
	"sluice.dev/cell/internal/kustomize"
	"sluice.dev/cell/internal/rego"
	"sluice.dev/cell/internal/status"
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
	"status.check":    status.Check,
	"status.compute":  status.Compute,
}

// dispatch answers one request frame. A fault panics, here as in the linked
// libraries: the instance ends with the reason on its standard error, and
// nothing that it held is used again.
func dispatch(input []byte) []byte {
	request, err := frame.Decode(input)
	if err != nil {
		panic(err)
	}
	run, known := operations[request.Op]
	if !known {
		panic(fmt.Sprintf("unknown operation %q", request.Op))
	}
	answer, err := run(request)
	if err != nil {
		panic(err)
	}
	encoded, err := frame.Encode(answer)
	if err != nil {
		panic(err)
	}
	return encoded
}
