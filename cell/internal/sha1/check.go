// Package sha1 tells whether bytes were crafted to collide under SHA-1.
package sha1

import (
	"crypto/sha1"
	"encoding/hex"

	"github.com/pjbgf/sha1cd"

	"sluice.dev/cell/internal/frame"
)

type checkValue struct {
	Objects []digest `json:"objects"`
}

type digest struct {
	OID string `json:"oid"`
	// Collision: the bytes hold one half of a colliding pair, whichever half.
	Collision bool `json:"collision"`
}

// Check answers for each file, in the order of the request. A file is a git
// object as git hashes it, `<type> <size>\0` before the content: detection
// follows the state of the hash, so that what collides with a header does not
// without it.
func Check(request frame.Request) (frame.Answer, error) {
	value := checkValue{Objects: make([]digest, 0, len(request.Files))}
	for _, file := range request.Files {
		value.Objects = append(value.Objects, check(file.Content))
	}
	return frame.Answer{Value: value}, nil
}

func check(content []byte) digest {
	hash := sha1cd.New().(sha1cd.CollisionResistantHash)
	hash.Write(content) // never fails, as hash.Hash says
	sum, collision := hash.CollisionResistantSum(nil)
	if collision {
		// The library answers another sum then, so that the halves differ. The
		// name that git knows the object by is the one to report.
		plain := sha1.Sum(content)
		sum = plain[:]
	}
	return digest{OID: hex.EncodeToString(sum), Collision: collision}
}
