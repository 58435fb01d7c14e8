package rego

import (
	"path"
	"strings"

	"github.com/open-policy-agent/opa/v1/util"

	"sluice.dev/cell/internal/frame"
	"sluice.dev/cell/internal/problem"
)

// readData mounts each data file at the folder it stands in, as OPA bundles do.
func readData(files []frame.File) (map[string]any, []problem.Problem) {
	root := map[string]any{}
	var problems []problem.Problem
	for _, file := range files {
		if !isData(file.Path) {
			continue
		}
		var document any
		if err := util.Unmarshal(file.Content, &document); err != nil {
			problems = append(problems, problem.In(file.Path, problem.BadData, "%v", err))
			continue
		}
		object, is := document.(map[string]any)
		if !is {
			problems = append(problems, problem.In(file.Path, problem.BadData, "not an object"))
			continue
		}
		if !merge(mountPoint(root, path.Dir(file.Path)), object) {
			problems = append(problems, problem.In(file.Path, problem.BadData,
				"defines again what another data file defines"))
		}
	}
	return root, problems
}

// mountPoint returns the object at dir, or nil where something else is.
func mountPoint(root map[string]any, dir string) map[string]any {
	at := root
	if dir == "." {
		return at
	}
	for _, name := range strings.Split(dir, "/") {
		next, exists := at[name]
		if !exists {
			next = map[string]any{}
			at[name] = next
		}
		object, is := next.(map[string]any)
		if !is {
			return nil
		}
		at = object
	}
	return at
}

// merge adds from's keys to into, and fails where both hold a non-object.
func merge(into, from map[string]any) bool {
	if into == nil {
		return false
	}
	for key, value := range from {
		present, exists := into[key]
		if !exists {
			into[key] = value
			continue
		}
		a, aIs := present.(map[string]any)
		b, bIs := value.(map[string]any)
		if !aIs || !bIs || !merge(a, b) {
			return false
		}
	}
	return true
}
