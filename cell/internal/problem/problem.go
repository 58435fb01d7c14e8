// Package problem describes what is wrong with an author's input.
package problem

import (
	"fmt"
	"strings"
)

// Code is the closed set that the host knows (src/cell/problems.ts).
type Code string

const (
	// Rego.
	RegoParse      Code = "REGO_PARSE"
	RegoCompile    Code = "REGO_COMPILE"
	RegoType       Code = "REGO_TYPE"
	RegoUnsafeVar  Code = "REGO_UNSAFE_VAR"
	RegoRecursion  Code = "REGO_RECURSION"
	BuiltinRefused Code = "BUILTIN_REFUSED"
	FormatVerb     Code = "FORMAT_VERB"
	RuleKind       Code = "RULE_KIND"
	RuleMisplaced  Code = "RULE_MISPLACED"
	NoEntrypoint   Code = "NO_ENTRYPOINT"
	NoPolicies     Code = "NO_POLICIES"
	BadEntrypoint  Code = "BAD_ENTRYPOINT"
	BadData        Code = "BAD_DATA"
	BadSchema      Code = "BAD_SCHEMA"
	NoTitle        Code = "NO_TITLE"

	// Kustomize.
	NoKustomization Code = "NO_KUSTOMIZATION"
	RemoteBase      Code = "REMOTE_BASE"
	Helm            Code = "HELM_IN_KUSTOMIZE"
	Plugin          Code = "PLUGIN"
	OutsideTree     Code = "OUTSIDE_TREE"
	NotFound        Code = "NOT_FOUND"
	UnsafeNumber    Code = "UNSAFE_NUMBER"
	BuildFailed     Code = "BUILD_FAILED"

	// Readiness rules.
	CELCompile Code = "CEL_COMPILE"
	CELType    Code = "CEL_TYPE"
	CELSize    Code = "CEL_SIZE"
	BadRule    Code = "BAD_RULE"

	// Rego and kustomize.
	Malformed Code = "MALFORMED"
)

// Problem is one thing for the author to fix. Row and column count from one;
// zero means that they are not known.
type Problem struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
	File    string `json:"file,omitempty"`
	Row     int    `json:"row,omitempty"`
	Col     int    `json:"col,omitempty"`
	Remedy  string `json:"remedy,omitempty"`
}

// The libraries quote what they complain about, however long it is.
const maxMessageBytes = 2000

// In makes a problem of a whole file.
func In(file string, code Code, format string, args ...any) Problem {
	message := fmt.Sprintf(format, args...)
	if len(message) > maxMessageBytes {
		message = strings.ToValidUTF8(message[:maxMessageBytes], "") + "…"
	}
	return Problem{Code: code, File: file, Message: message}
}

// WithRemedy returns the problem with what to do about it.
func (p Problem) WithRemedy(format string, args ...any) Problem {
	p.Remedy = fmt.Sprintf(format, args...)
	return p
}
