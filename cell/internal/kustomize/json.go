package kustomize

import (
	"bytes"
	"strconv"

	"sigs.k8s.io/kustomize/api/resource"

	"sluice.dev/cell/internal/problem"
)

// toJSON writes the objects as one JSON array.
func toJSON(resources []*resource.Resource) ([]byte, []problem.Problem) {
	var (
		array    bytes.Buffer
		problems []problem.Problem
	)
	array.WriteByte('[')
	for i, r := range resources {
		if i > 0 {
			array.WriteByte(',')
		}
		encoded, err := r.MarshalJSON()
		if err != nil {
			problems = append(problems, problem.In("", problem.Malformed, "%s: %v", r.CurId(), err))
			continue
		}
		if number, found := unsafeNumber(encoded); found {
			problems = append(problems, problem.In("", problem.UnsafeNumber,
				"%s: %s cannot be carried exactly as a JSON number", r.CurId(), number).
				WithRemedy("quote it, if the field takes a string"))
		}
		array.Write(encoded)
	}
	array.WriteByte(']')
	return array.Bytes(), problems
}

// The largest integer up to which every integer is a double (2^53 - 1): the
// host parses JSON numbers as doubles, and must admit what the author wrote.
const maxSafeInteger = 1<<53 - 1

// unsafeNumber finds an integer beyond ±(2^53 - 1). It scans tokens only; data
// is what encoding/json wrote.
func unsafeNumber(data []byte) (string, bool) {
	for i := 0; i < len(data); {
		switch c := data[i]; {
		case c == '"':
			i = skipString(data, i)
		case c == '-' || c >= '0' && c <= '9':
			end := i + 1
			for end < len(data) && isNumberByte(data[end]) {
				end++
			}
			if text := string(data[i:end]); !isExact(text) {
				return text, true
			}
			i = end
		default:
			i++
		}
	}
	return "", false
}

func skipString(data []byte, start int) int {
	for i := start + 1; i < len(data); i++ {
		switch data[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(data)
}

func isNumberByte(c byte) bool {
	return c >= '0' && c <= '9' || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-'
}

// isExact: integers have to be safe; what is written with a fraction or an
// exponent was a double already when YAML was read.
func isExact(text string) bool {
	if bytes.ContainsAny([]byte(text), ".eE") {
		return true
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return err == nil && n >= -maxSafeInteger && n <= maxSafeInteger
}
