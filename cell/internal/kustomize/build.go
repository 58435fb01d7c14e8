// Package kustomize builds a kustomization from files held in memory.
package kustomize

import (
	"encoding/json"
	"fmt"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/openapi"

	"sluice.dev/cell/internal/frame"
)

type buildArgs struct {
	// Dir is the folder of the kustomization, relative to the root of the tree.
	Dir string `json:"dir"`
}

// Build renders one kustomization. The answer's only blob is a JSON array of
// the objects, in the order in which kustomize emits them.
func Build(request frame.Request) (frame.Answer, error) {
	var args buildArgs
	if err := json.Unmarshal(request.Args, &args); err != nil {
		return frame.Answer{}, fmt.Errorf("kustomize.build: arguments: %w", err)
	}
	files, err := newTree(request.Files)
	if err != nil {
		return frame.Answer{}, fmt.Errorf("kustomize.build: %w", err)
	}
	root := absolute(args.Dir)

	// kustomize would try to leave for these and fail with a message about git
	// or a socket; said beforehand, the author learns what to change.
	if problems := survey(files, root); len(problems) > 0 {
		return frame.Refused(problems...), nil
	}

	defer forgetSchema()
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(files, root)
	if err != nil {
		return frame.Refused(explain(err, root)), nil
	}
	objects, problems := toJSON(resources.Resources())
	if len(problems) > 0 {
		return frame.Refused(problems...), nil
	}
	return frame.Answer{
		Value: map[string]int{"count": resources.Size()},
		Blobs: [][]byte{objects},
	}, nil
}

// forgetSchema undoes what a kustomization's `openapi` field did: kyaml keeps
// the schema in a global, where it would change how the next tree is patched.
func forgetSchema() {
	if openapi.GetSchemaVersion() != defaultSchemaVersion {
		openapi.ResetOpenAPI()
	}
}

// Read before any build, so that it names the built-in schema.
var defaultSchemaVersion = openapi.GetSchemaVersion()
