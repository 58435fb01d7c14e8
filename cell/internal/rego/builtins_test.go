package rego

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sluice.dev/cell/internal/problem"
)

// Rego v1 refuses these itself.
var deprecated = []string{"all", "any", "re_match", "set_diff", "net.cidr_overlap"}

func TestNativeIsWhatOPAReleases(t *testing.T) {
	folder, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/open-policy-agent/opa").Output()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(folder)), "builtin_metadata.json"))
	if err != nil {
		t.Fatal(err)
	}
	var metadata map[string]json.RawMessage
	if err := json.Unmarshal(content, &metadata); err != nil {
		t.Fatal(err)
	}
	var want []string
	for name, raw := range metadata {
		var entry struct{ Wasm bool }
		if json.Unmarshal(raw, &entry) == nil && entry.Wasm && !slices.Contains(deprecated, name) {
			want = append(want, name)
		}
	}
	slices.Sort(want)
	var got []string
	for _, builtin := range native {
		if !slices.Contains(deprecated, builtin.Name) {
			got = append(got, builtin.Name)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Fatalf("got  %v\nwant %v", got, want)
	}
}

func TestEveryAvailableBuiltinIsDeterministic(t *testing.T) {
	for _, builtin := range capabilities(forTests...).Builtins {
		if builtin.IsNondeterministic() {
			t.Errorf("%s", builtin.Name)
		}
	}
}

func TestRefusesBuiltinsThatReachOutside(t *testing.T) {
	for _, call := range []string{
		`http.send({"url": "https://example.com"})`,
		`opa.runtime()`,
		`time.now_ns()`,
		`rand.intn("a", 3)`,
		`uuid.rfc4122("a")`,
		`net.lookup_ip_addr("example.com")`,
		`trace("a")`,
		`io.jwt.decode("a")`,
		`crypto.sha256("a")`,
		`time.parse_rfc3339_ns("2026-01-01T00:00:00Z")`,
	} {
		t.Run(call, func(t *testing.T) {
			for _, op := range []operation{Compile, Check} {
				answer := run(t, op, arguments{}, policy("deny contains x if {\n\tx := "+call+"\n}"))
				got := refusedWith(t, answer, problem.BuiltinRefused)
				if got.File != "p.rego" || got.Row != 4 || got.Col == 0 || got.Remedy == "" {
					t.Fatalf("got %+v", got)
				}
			}
		})
	}
}

func TestAFunctionNobodyDefinedIsNoRefusedBuiltin(t *testing.T) {
	answer := run(t, Compile, arguments{}, policy(`deny contains x if { x := http.sent("a") }`))
	refusedWith(t, answer, problem.RegoType)
}

func TestCompilesEveryProvidedBuiltin(t *testing.T) {
	for _, call := range []string{
		`sprintf("%s %v %d%% %-5s %05d", ["a", 1, 2, "b", 3])`,
		`regex.split(",", "a,b")`,
		`yaml.marshal({"a": 1})`,
		`yaml.unmarshal("a: 1")`,
		`yaml.is_valid("a: 1")`,
		`json.unmarshal("{}")`,
		`object.union_n([{}, {}])`,
		`rego.metadata.rule()`,
	} {
		accepted(t, run(t, Compile, arguments{}, policy(`deny contains x if { x := `+call+` }`)))
	}
}

func TestErasedBuiltinsLeaveNothingBehind(t *testing.T) {
	answer := accepted(t, run(t, Compile, arguments{}, policy(
		"# METADATA\n# title: Mine\ndeny contains rego.metadata.rule().title if { print(rego.metadata.chain()) }")))
	for _, name := range []string{"internal.print", "rego.metadata"} {
		if strings.Contains(string(answer.Blobs[0]), name) {
			t.Errorf("the module calls %s", name)
		}
	}
	if !strings.Contains(string(answer.Blobs[0]), "Mine") {
		t.Error("the title is not in the module")
	}
}
