package kustomize

import (
	"strings"

	"sigs.k8s.io/kustomize/api/types"

	"sluice.dev/cell/internal/problem"
)

// kustomize has a typed error for plugins alone; the rest it tells in words.
// What matches none of these phrases is reported as it stands.
const (
	helmDisabled     = "must specify --enable-helm"
	outsideRoot      = "is not in or below"
	malformedYAML    = "MalformedYAMLError"
	alreadyDefined   = "already defined at line"
	noGit            = "no 'git' program on path"
	noSocket         = "dial tcp"
	noKustomization  = "unable to find one of 'kustomization.yaml'"
	excessiveAliases = "excessive aliasing"
)

// explain turns a failed build into what its author can act on.
func explain(err error, root string) problem.Problem {
	message := err.Error()
	at := relative(root)
	has := func(phrases ...string) bool {
		for _, phrase := range phrases {
			if strings.Contains(message, phrase) {
				return true
			}
		}
		return false
	}
	switch {
	case types.IsErrOnlyBuiltinPluginsAllowed(err):
		return problem.In(at, problem.Plugin, "%s", message).
			WithRemedy("commit what the plugin or function generates; nothing is executed while rendering")
	case has(helmDisabled):
		return helmProblem(at)
	case has(outsideRoot):
		return problem.In(at, problem.OutsideTree, "%s", message).
			WithRemedy("move the file below the kustomization that reads it, or make its folder a base")
	case has(noGit, noSocket):
		return problem.In(at, problem.RemoteBase, "%s", message).WithRemedy(vendorRemedy)
	case has(noKustomization):
		return problem.In(at, problem.NoKustomization, "%s", message)
	case has(malformedYAML, alreadyDefined, excessiveAliases):
		return problem.In(at, problem.Malformed, "%s", message)
	default:
		return problem.In(at, problem.BuildFailed, "%s", message)
	}
}

const vendorRemedy = "vendor it: commit a copy under the repository and refer to it by a relative path"

func remoteProblem(file, field, value string) problem.Problem {
	return problem.In(file, problem.RemoteBase, "%s: %q is fetched from elsewhere", field, value).
		WithRemedy(vendorRemedy)
}

func helmProblem(file string) problem.Problem {
	return problem.In(file, problem.Helm, "helm charts are not inflated inside a kustomization").
		WithRemedy("render the chart on its own, or commit the output of `helm template`")
}
