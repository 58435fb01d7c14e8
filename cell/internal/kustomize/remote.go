package kustomize

import (
	"regexp"
	"strings"
)

var (
	scheme = regexp.MustCompile(`(?i)^[a-z][a-z0-9+.-]*://`)
	// user@host:path, and user@host/org/repo.
	scpLike = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*@([^/:]+:.|[^/]+/[^/]+/.)`)
)

// isRemote recognises what kustomize would fetch, each also behind go-getter's
// "git::". It follows api/internal/git/repospec.go, which cannot be imported;
// as there, a file of the tree comes before anything that only looks remote.
func isRemote(value string, isFile bool) bool {
	plain := strings.ToLower(value)
	at := len(value) - len(strings.TrimPrefix(plain, "git::"))
	plain, value = plain[at:], value[at:]
	if scheme.MatchString(value) {
		return true
	}
	return !isFile && (scpLike.MatchString(value) ||
		strings.HasPrefix(plain, "github.com/") ||
		strings.HasPrefix(plain, "github.com:"))
}
