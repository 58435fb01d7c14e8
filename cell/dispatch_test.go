package main

import (
	"encoding/binary"
	"errors"
	"testing"

	"sluice.dev/cell/internal/frame"
)

func send(op string) []byte {
	header := `{"op":"` + op + `","args":{},"files":[]}`
	return dispatch(append(binary.LittleEndian.AppendUint32(nil, uint32(len(header))), header...))
}

func with(t *testing.T, name string, run operation) {
	t.Helper()
	operations[name] = run
	t.Cleanup(func() { delete(operations, name) })
}

func TestDispatchAnswers(t *testing.T) {
	with(t, "test.answer", func(frame.Request) (frame.Answer, error) { return frame.Answer{Value: 1}, nil })
	if got := string(send("test.answer")[4:]); got != `{"ok":true,"value":1}` {
		t.Fatalf("got %s", got)
	}
}

func TestAFaultEndsTheInstance(t *testing.T) {
	with(t, "test.fault", func(frame.Request) (frame.Answer, error) { return frame.Answer{}, errors.New("a bug") })
	with(t, "test.unwritable", func(frame.Request) (frame.Answer, error) { return frame.Answer{Value: func() {}}, nil })
	for name, run := range map[string]func(){
		"no frame":          func() { dispatch(nil) },
		"unknown operation": func() { send("test.none") },
		"fault":             func() { send("test.fault") },
		"unwritable answer": func() { send("test.unwritable") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: answered", name)
				}
			}()
			run()
		}()
	}
}
