package rego

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/util/channel"

	"sluice.dev/cell/internal/frame"
	"sluice.dev/cell/internal/problem"
)

// The host's deadline ends a test that does not return; this one only keeps
// OPA's own default of five seconds out of the way.
const testTimeout = time.Hour

type testValue struct {
	Results  []testResult   `json:"results"`
	Coverage coverageReport `json:"coverage"`
}

type testResult struct {
	Package string `json:"package"`
	Name    string `json:"name"`
	File    string `json:"file"`
	Row     int    `json:"row"`
	Pass    bool   `json:"pass"`
	// Skipped: the rule is named todo_test_…
	Skipped bool   `json:"skipped,omitempty"`
	Error   string `json:"error,omitempty"`
	// Output is what print() wrote.
	Output string `json:"output,omitempty"`
	// FailedCases are the names of the failed cases of a table test.
	FailedCases []string `json:"failedCases,omitempty"`
}

// Test runs every test rule, in order of place, and reports the coverage of
// the policies. No time is reported: it would differ from run to run.
func Test(request frame.Request) (frame.Answer, error) {
	s, problems, err := readSource(request)
	if err != nil || len(problems) > 0 {
		return frame.Refused(problems...), err
	}
	if problems := s.verify(s.modules()); len(problems) > 0 {
		return frame.Refused(problems...), nil
	}
	coverage := cover.New()
	results, problems := s.runTests(coverage)
	if len(problems) > 0 {
		return frame.Refused(problems...), nil
	}
	return frame.Answer{Value: testValue{
		Results:  results,
		Coverage: s.report(coverage.Report(s.policies)),
	}}, nil
}

func (s source) runTests(coverage *cover.Cover) ([]testResult, []problem.Problem) {
	ctx := context.Background()
	store := inmem.NewFromObject(s.data)
	txn, err := store.NewTransaction(ctx, storage.WriteParams)
	if err != nil {
		return nil, fromError("", err)
	}
	defer store.Abort(ctx, txn)
	compiler := ast.NewCompiler().
		WithCapabilities(capabilities(forTests...)).
		WithDefaultRegoVersion(ast.RegoV1).
		WithEnablePrintStatements(true)
	finished, err := tester.NewRunner().
		SetCompiler(compiler).
		SetStore(store).
		SetModules(s.modules()).
		SetCoverageQueryTracer(coverage).
		SetCoverageRuns(nil).
		CapturePrintOutput(true).
		SetParallel(1).
		SetTimeout(testTimeout).
		RunTests(ctx, txn)
	if err != nil {
		return nil, fromError("", err)
	}
	results := []testResult{}
	for _, result := range channel.Collect(finished) {
		results = append(results, describe(result))
	}
	slices.SortFunc(results, func(a, b testResult) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Row, b.Row), cmp.Compare(a.Name, b.Name))
	})
	return results, nil
}

func describe(result *tester.Result) testResult {
	described := testResult{
		Package: result.Package,
		Name:    result.Name,
		File:    result.Location.File,
		Row:     result.Location.Row,
		Pass:    result.Pass(),
		Skipped: result.Skip,
		Output:  string(result.Output),
	}
	if result.Error != nil {
		described.Error = result.Error.Error()
	}
	for path, sub := range result.SubResults.Iter {
		if sub.Fail && len(sub.SubResults) == 0 {
			described.FailedCases = append(described.FailedCases, path[len(path)-1])
		}
	}
	return described
}
