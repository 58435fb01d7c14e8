package kustomize

import (
	"path"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"sluice.dev/cell/internal/problem"
)

// surveyor walks the kustomizations that a build would read.
type surveyor struct {
	tree     filesys.FileSystem
	visited  map[string]bool
	problems []problem.Problem
}

// survey reports what no build in a cell can do: reach outside the tree, or
// run something. It judges kustomization files only; whatever it overlooks
// still finds no network, no program and no file.
func survey(tree filesys.FileSystem, root string) []problem.Problem {
	if missing, is := isKustomizationMissing(tree, root); is {
		return []problem.Problem{missing}
	}
	s := &surveyor{tree: tree, visited: map[string]bool{}}
	s.visit(root)
	return s.problems
}

func (s *surveyor) visit(dir string) {
	if s.visited[dir] {
		return
	}
	s.visited[dir] = true
	file, found := kustomizationIn(s.tree, dir)
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
	if isRemote(ref.value) {
		s.add(remoteProblem(relative(file), ref.field, ref.value))
		return
	}
	if leavesTree(dir, ref.value) {
		s.add(problem.In(relative(file), problem.OutsideTree,
			"%s: %q leaves the tree", ref.field, ref.value).
			WithRemedy("keep everything the kustomization reads in the repository, under a relative path"))
		return
	}
	target := path.Join(dir, ref.value)
	if !s.tree.Exists(target) {
		if ref.required {
			s.add(problem.In(relative(file), problem.NotFound,
				"%s: %q is not in the tree", ref.field, ref.value))
		}
		return
	}
	if s.tree.IsDir(target) {
		s.visit(target)
	}
}

func (s *surveyor) add(p problem.Problem) {
	s.problems = append(s.problems, p)
}

func kustomizationIn(tree filesys.FileSystem, dir string) (string, bool) {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if file := path.Join(dir, name); tree.Exists(file) && !tree.IsDir(file) {
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
