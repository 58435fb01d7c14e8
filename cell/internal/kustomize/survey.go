package kustomize

import (
	"bytes"
	"path"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"sluice.dev/cell/internal/problem"
)

// surveyor walks the kustomizations that a build would read.
type surveyor struct {
	tree     tree
	visited  map[string]bool
	problems []problem.Problem
}

// survey reports what no build in a cell can do: reach outside the tree, or
// run something. It judges kustomization files only; whatever it overlooks
// still finds no network, no program and no file.
func survey(files tree, root string) []problem.Problem {
	if _, found := files.kustomizationIn(root); !found {
		return []problem.Problem{
			problem.In(relative(root), problem.NoKustomization, "no kustomization.yaml in this folder").
				WithRemedy("add one, or name the folder that has it"),
		}
	}
	s := &surveyor{tree: files, visited: map[string]bool{}}
	s.visit(root)
	return s.problems
}

func (s *surveyor) visit(dir string) {
	if s.visited[dir] {
		return
	}
	s.visited[dir] = true
	file, found := s.tree.kustomizationIn(dir)
	if !found {
		return // a folder of plain files, or a build error that kustomize reports
	}
	content, err := s.tree.ReadFile(file)
	if err != nil {
		return
	}
	var kustomization types.Kustomization
	if err := kustomization.Unmarshal(content); err != nil {
		s.add(problem.In(relative(file), problem.Malformed, "%v", err))
		return
	}
	s.checkHelm(file, kustomization)
	for _, ref := range references(kustomization) {
		s.checkReference(dir, file, ref)
	}
}

func (s *surveyor) checkHelm(file string, k types.Kustomization) {
	if len(k.HelmCharts) > 0 || len(k.HelmChartInflationGenerator) > 0 || k.HelmGlobals != nil {
		s.add(helmProblem(relative(file)))
	}
}

func (s *surveyor) checkReference(dir, file string, ref reference) {
	if ref.inline {
		s.checkAliases(file, []byte(ref.value))
		return
	}
	target := path.Join(dir, ref.value)
	if isRemote(ref.value, s.tree.isFile(target)) {
		s.add(remoteProblem(relative(file), ref.field, ref.value))
		return
	}
	if leavesTree(dir, ref.value) {
		s.add(problem.In(relative(file), problem.OutsideTree,
			"%s: %q leaves the tree", ref.field, ref.value).
			WithRemedy("keep everything the kustomization reads in the repository, under a relative path"))
		return
	}
	switch {
	case !s.tree.Exists(target):
		s.add(problem.In(relative(file), problem.NotFound, "%s: %q is not in the tree", ref.field, ref.value))
	case s.tree.IsDir(target):
		s.visit(target)
	default:
		s.checkFile(target)
	}
}

func (s *surveyor) checkFile(file string) {
	if content, err := s.tree.ReadFile(file); err == nil && path.Ext(file) != ".json" {
		s.checkAliases(file, content)
	}
}

// checkAliases stops a document that aliases blow up. kyaml copies the anchored
// nodes without a limit; decoding into plain values has one, and costs nothing
// where there are no aliases.
func (s *surveyor) checkAliases(file string, content []byte) {
	if !bytes.ContainsRune(content, '&') || !bytes.ContainsRune(content, '*') {
		return
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	for {
		var document any
		err := decoder.Decode(&document)
		if err == nil {
			continue
		}
		if strings.Contains(err.Error(), excessiveAliases) {
			s.add(problem.In(relative(file), problem.Malformed, "%v", err))
		}
		return // the end, or not YAML: a certificate in a ConfigMap, or kustomize's to report
	}
}

func (s *surveyor) add(p problem.Problem) {
	s.problems = append(s.problems, p)
}

func (t tree) kustomizationIn(dir string) (string, bool) {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if file := path.Join(dir, name); t.isFile(file) {
			return file, true
		}
	}
	return "", false
}

// leavesTree judges the spelling: the in-memory root has no parent, so a path
// with too many ".." would otherwise resolve to another file of the tree.
func leavesTree(dir, value string) bool {
	if path.IsAbs(value) {
		return true
	}
	joined := path.Join(relative(dir), value)
	return joined == ".." || strings.HasPrefix(joined, "../")
}

// relative names a path of the in-memory tree as the repository does.
func relative(abs string) string {
	if trimmed := strings.TrimPrefix(abs, "/"); trimmed != "" {
		return trimmed
	}
	return "."
}
