package rego

import (
	"slices"
	"testing"
)

func TestListsTheAnnotations(t *testing.T) {
	answer := accepted(t, run(t, Inspect, arguments{}, bundleFiles{
		"a.rego": `# METADATA
# title: Images
# description: What may run
package sluice.object.images

# METADATA
# title: Pinned
# custom:
#   controls: [PCI-DSS-6.5.1]
#   severity: high
deny contains "a" if input.x
`,
		"a_test.rego": "# METADATA\n# title: not mine\npackage a_test\n",
	}))
	value := answer.Value.(inspectValue)
	if !slices.Equal(value.Packages, []string{"data.sluice.object.images"}) ||
		!slices.Equal(value.Entrypoints, []string{"sluice/object/images/deny"}) ||
		len(value.Annotations) != 2 {
		t.Fatalf("got %+v", value)
	}
	of, rule := value.Annotations[0], value.Annotations[1]
	if of.Scope != "package" || of.Title != "Images" || of.Description != "What may run" || of.Row != 4 {
		t.Fatalf("got %+v", of)
	}
	if rule.Path != "data.sluice.object.images.deny" || rule.Scope != "rule" || rule.Title != "Pinned" ||
		rule.Custom["severity"] != "high" || rule.File != "a.rego" || rule.Row != 11 {
		t.Fatalf("got %+v", rule)
	}
}
