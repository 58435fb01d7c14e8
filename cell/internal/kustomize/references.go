package kustomize

import (
	"strings"

	"sigs.k8s.io/kustomize/api/types"
)

// reference is a place of a kustomization that names a file or folder.
type reference struct {
	field string
	value string
	// required: the build cannot succeed without it. Where a field also takes
	// inline YAML or falls back to a literal, absence is kustomize's to judge.
	required bool
}

func references(k types.Kustomization) []reference {
	var refs []reference
	each := func(field string, required bool, values ...string) {
		for _, value := range values {
			if value != "" {
				refs = append(refs, reference{field, value, required})
			}
		}
	}
	inlineOrPath := func(field string, values ...string) {
		for _, value := range values {
			if !isInlineYAML(value) {
				each(field, false, value)
			}
		}
	}

	each("resources", true, k.Resources...)
	each("bases", true, k.Bases...)
	each("components", true, k.Components...)
	each("crds", true, k.Crds...)
	each("configurations", true, k.Configurations...)
	each("openapi.path", true, k.OpenAPI["path"])
	inlineOrPath("generators", k.Generators...)
	inlineOrPath("transformers", k.Transformers...)
	inlineOrPath("validators", k.Validators...)
	for _, patch := range k.Patches {
		each("patches.path", true, patch.Path)
	}
	for _, patch := range k.PatchesJson6902 {
		each("patchesJson6902.path", true, patch.Path)
	}
	for _, patch := range k.PatchesStrategicMerge {
		inlineOrPath("patchesStrategicMerge", string(patch))
	}
	for _, replacement := range k.Replacements {
		each("replacements.path", true, replacement.Path)
	}
	for _, generator := range k.ConfigMapGenerator {
		each("configMapGenerator", true, sources(generator.KvPairSources)...)
	}
	for _, generator := range k.SecretGenerator {
		each("secretGenerator", true, sources(generator.KvPairSources)...)
	}
	return refs
}

// sources lists the files of a generator; `files` entries may be key=path.
func sources(pairs types.KvPairSources) []string {
	paths := append([]string{pairs.EnvSource}, pairs.EnvSources...)
	for _, entry := range pairs.FileSources {
		if _, value, keyed := strings.Cut(entry, "="); keyed && !isRemote(entry) {
			entry = value
		}
		paths = append(paths, entry)
	}
	return paths
}

func isInlineYAML(value string) bool {
	return strings.ContainsAny(value, "\n{")
}
