package rego

import (
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/util"
)

type coverageReport struct {
	// Percent of the lines that hold a rule or expression.
	Percent float64        `json:"percent"`
	Files   []fileCoverage `json:"files"`
}

type fileCoverage struct {
	File       string     `json:"file"`
	Percent    float64    `json:"percent"`
	NotCovered []rowRange `json:"notCovered"`
}

// rowRange includes both ends.
type rowRange struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// report leaves out the test files, which every run covers.
func (s source) report(r cover.Report) coverageReport {
	out := coverageReport{Files: []fileCoverage{}}
	var covered, all int
	for _, file := range util.KeysSorted(s.policies) {
		measured := r.Files[file]
		if measured == nil {
			continue // no rule and no expression
		}
		covered += measured.CoveredLines
		all += measured.CoveredLines + measured.NotCoveredLines
		missed := []rowRange{}
		for _, each := range measured.NotCovered {
			missed = append(missed, rowRange{each.Start.Row, each.End.Row})
		}
		out.Files = append(out.Files, fileCoverage{file, measured.Coverage, missed})
	}
	if all > 0 {
		out.Percent = 100 * float64(covered) / float64(all)
	}
	return out
}
