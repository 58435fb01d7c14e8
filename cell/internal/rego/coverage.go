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

func report(r cover.Report) coverageReport {
	out := coverageReport{Percent: r.Coverage, Files: []fileCoverage{}}
	for _, file := range util.KeysSorted(r.Files) {
		covered := fileCoverage{File: file, Percent: r.Files[file].Coverage, NotCovered: []rowRange{}}
		for _, missed := range r.Files[file].NotCovered {
			covered.NotCovered = append(covered.NotCovered, rowRange{missed.Start.Row, missed.End.Row})
		}
		out.Files = append(out.Files, covered)
	}
	return out
}
