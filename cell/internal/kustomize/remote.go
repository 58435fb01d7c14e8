package kustomize

import (
	"regexp"
	"strings"
)

var (
	scheme  = regexp.MustCompile(`^(?i)(git::)?[a-z][a-z0-9+.-]*://`)
	scpLike = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*@[^/]`)
)

// isRemote recognises what kustomize would fetch: a URL of any scheme, the
// scp-like user@host:path, and the bare github.com/org/repo, each also behind
// go-getter's "git::". It follows api/internal/git/repospec.go, which cannot be
// imported.
func isRemote(value string) bool {
	if scheme.MatchString(value) {
		return true
	}
	rest := value
	if len(rest) >= len("git::") && strings.EqualFold(rest[:len("git::")], "git::") {
		rest = rest[len("git::"):]
	}
	lower := strings.ToLower(rest)
	return scpLike.MatchString(rest) ||
		strings.HasPrefix(lower, "github.com/") ||
		strings.HasPrefix(lower, "github.com:")
}
