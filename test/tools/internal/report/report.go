// Package report is how the checkers answer: one JSON object on stdout, exit code 0 or 1.
package report

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
)

// Report is what a checker found. Size and Root are those of the signed checkpoint,
// Entries is how many leaves were read and proven to be in that tree.
type Report struct {
	OK      bool   `json:"ok"`
	Origin  string `json:"origin,omitempty"`
	Size    uint64 `json:"size"`
	Root    string `json:"root,omitempty"`
	Entries uint64 `json:"entries"`
	Proofs  uint64 `json:"proofs,omitempty"`
	Error   string `json:"error,omitempty"`
}

// SetRoot sets the root as the checkpoint spells it.
func (r *Report) SetRoot(hash []byte) { r.Root = base64.StdEncoding.EncodeToString(hash) }

// Exit prints the report and ends the process.
func Exit(r Report, err error) {
	r.OK = err == nil
	if err != nil {
		r.Error = err.Error()
	}
	text, marshalErr := json.Marshal(r)
	if marshalErr != nil {
		fmt.Fprintln(os.Stderr, marshalErr)
		os.Exit(2)
	}
	fmt.Println(string(text))
	if err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}
