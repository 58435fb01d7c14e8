package kustomize

import (
	"strings"

	"sigs.k8s.io/kustomize/api/types"
)

// reference is a place of a kustomization that names a file or folder, or that
// holds YAML where it could name a file.
type reference struct {
	field  string
	value  string
	inline bool
}

func references(k types.Kustomization) []reference {
	var refs []reference
	paths := func(field string, values ...string) {
		for _, value := range values {
			if value != "" {
				refs = append(refs, reference{field: field, value: value})
			}
		}
	}
	either := func(field string, values ...string) {
		for _, value := range values {
			refs = append(refs, reference{field, value, isInlineYAML(value)})
		}
	}

	paths("resources", k.Resources...)
	paths("bases", k.Bases...)
	paths("components", k.Components...)
	paths("crds", k.Crds...)
	paths("configurations", k.Configurations...)
	paths("openapi.path", k.OpenAPI["path"])
	either("generators", k.Generators...)
	either("transformers", k.Transformers...)
	either("validators", k.Validators...)
	for _, patch := range append(k.Patches, k.PatchesJson6902...) {
		paths("patches.path", patch.Path)
		refs = append(refs, reference{"patches.patch", patch.Patch, true})
	}
	for _, patch := range k.PatchesStrategicMerge {
		either("patchesStrategicMerge", string(patch))
	}
	for _, replacement := range k.Replacements {
		paths("replacements.path", replacement.Path)
	}
	for _, generator := range k.ConfigMapGenerator {
		paths("configMapGenerator", sources(generator.KvPairSources)...)
	}
	for _, generator := range k.SecretGenerator {
		paths("secretGenerator", sources(generator.KvPairSources)...)
	}
	return refs
}

// sources lists the files of a generator; an entry of `files` may be key=path.
func sources(pairs types.KvPairSources) []string {
	paths := append([]string{pairs.EnvSource}, pairs.EnvSources...)
	for _, entry := range pairs.FileSources {
		if _, value, keyed := strings.Cut(entry, "="); keyed {
			entry = value
		}
		paths = append(paths, entry)
	}
	return paths
}

func isInlineYAML(value string) bool {
	return strings.ContainsAny(value, "\n{")
}
