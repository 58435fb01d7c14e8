package frame

import (
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"

	"sluice.dev/cell/internal/problem"
)

func request(header, blobs string) []byte {
	data := binary.LittleEndian.AppendUint32(nil, uint32(len(header)))
	return append(append(data, header...), blobs...)
}

func TestDecodeCutsTheFiles(t *testing.T) {
	decoded, err := Decode(request(
		`{"op":"x","args":{"a":1},"files":[{"path":"a","size":2},{"path":"b","size":0},{"path":"c","size":3}]}`,
		"12345"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, file := range decoded.Files {
		got = append(got, file.Path+"="+string(file.Content))
	}
	if joined := strings.Join(got, " "); decoded.Op != "x" || joined != "a=12 b= c=345" {
		t.Fatalf("got %q %q", decoded.Op, joined)
	}
}

func TestDecodeRefusesWhatDoesNotAddUp(t *testing.T) {
	for name, data := range map[string][]byte{
		"empty":               {},
		"prefix past the end": {255, 255, 255, 255, '{', '}'},
		"no JSON":             request(`{`, ""),
		"too few bytes":       request(`{"files":[{"path":"a","size":2}]}`, "1"),
		"a byte left over":    request(`{"files":[{"path":"a","size":2}]}`, "123"),
		"negative size":       request(`{"files":[{"path":"a","size":-1}]}`, ""),
	} {
		if _, err := Decode(data); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestEncode(t *testing.T) {
	for name, test := range map[string]struct {
		answer Answer
		header string
		blobs  string
	}{
		"value": {
			Answer{Value: 1, Blobs: [][]byte{[]byte("ab"), []byte("c")}},
			`{"ok":true,"value":1,"blobs":[2,1]}`, "abc",
		},
		"problems": {
			Refused(problem.In("f", problem.Plugin, "no")),
			`{"ok":false,"problems":[{"code":"PLUGIN","message":"no","file":"f"}]}`, "",
		},
	} {
		frame, err := Encode(test.answer)
		if err != nil {
			t.Fatal(err)
		}
		size := binary.LittleEndian.Uint32(frame)
		header, blobs := string(frame[4:4+size]), string(frame[4+size:])
		if header != test.header || blobs != test.blobs {
			t.Errorf("%s: got %s and %q", name, header, blobs)
		}
	}
	if _, err := Encode(Answer{Value: json.RawMessage("{")}); err == nil {
		t.Error("a value that is no JSON was encoded")
	}
}
