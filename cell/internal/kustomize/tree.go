package kustomize

import (
	"fmt"
	"io/fs"
	"path"

	"sigs.k8s.io/kustomize/kyaml/filesys"

	"sluice.dev/cell/internal/frame"
)

// tree holds the author's files, read-only, below a root that has no parent.
// kustomize's own in-memory file system refuses names that git allows, such as
// those with a space. What no build does (write, glob, walk) falls to an empty
// one of those.
type tree struct {
	filesys.FileSystem
	files map[string][]byte
	dirs  map[string]bool
}

func newTree(files []frame.File) (tree, error) {
	t := tree{
		FileSystem: filesys.MakeFsInMemory(),
		files:      make(map[string][]byte, len(files)),
		dirs:       map[string]bool{"/": true},
	}
	for _, file := range files {
		at := absolute(file.Path)
		t.files[at] = file.Content
		for dir := path.Dir(at); !t.dirs[dir]; dir = path.Dir(dir) {
			t.dirs[dir] = true
		}
	}
	for at := range t.files {
		if t.dirs[at] {
			return tree{}, fmt.Errorf("%s is a file and a folder", at)
		}
	}
	return t, nil
}

func (t tree) IsDir(name string) bool {
	return t.dirs[absolute(name)]
}

func (t tree) isFile(name string) bool {
	_, exists := t.files[absolute(name)]
	return exists
}

func (t tree) Exists(name string) bool {
	return t.IsDir(name) || t.isFile(name)
}

func (t tree) ReadFile(name string) ([]byte, error) {
	content, exists := t.files[absolute(name)]
	if !exists {
		return nil, notFound("read", name)
	}
	return content, nil
}

func (t tree) CleanedAbs(name string) (filesys.ConfirmedDir, string, error) {
	at := absolute(name)
	switch {
	case t.IsDir(at):
		return filesys.ConfirmedDir(at), "", nil
	case t.isFile(at):
		return filesys.ConfirmedDir(path.Dir(at)), path.Base(at), nil
	default:
		return "", "", notFound("find", name)
	}
}

func notFound(op, name string) error {
	return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
}

// absolute is where a name stands in the tree: the root is the working folder.
func absolute(name string) string {
	return path.Join("/", name)
}
