package sha1

import (
	stdlib "crypto/sha1"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"sluice.dev/cell/internal/frame"
)

func vector(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func asBlob(content []byte) []byte {
	return append(fmt.Appendf(nil, "blob %d\x00", len(content)), content...)
}

func answers(t *testing.T, contents ...[]byte) []digest {
	t.Helper()
	request := frame.Request{Op: "sha1.check"}
	for i, content := range contents {
		request.Files = append(request.Files, frame.File{Path: fmt.Sprint(i), Content: content})
	}
	answer, err := Check(request)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Value.(checkValue).Objects
}

func TestFindsBothHalvesOfTheKnownPairs(t *testing.T) {
	for _, pair := range []string{"shattered", "sha-mbles"} {
		got := answers(t, vector(t, pair+"-1.bin"), vector(t, pair+"-2.bin"))
		if !got[0].Collision || !got[1].Collision || got[0].OID != got[1].OID {
			t.Errorf("%s: %+v", pair, got)
		}
	}
}

func TestFindsTheBlocksWhateverFollows(t *testing.T) {
	content := append(vector(t, "shattered-1.bin"), make([]byte, 1000)...)
	if got := answers(t, content)[0]; !got.Collision {
		t.Errorf("got %+v", got)
	}
}

func TestHashesAsGitDoes(t *testing.T) {
	for _, content := range [][]byte{{}, []byte("a"), asBlob(nil), asBlob([]byte("hello\n")), make([]byte, 100_000)} {
		sum := stdlib.Sum(content)
		if got := answers(t, content)[0]; got.Collision || got.OID != hex.EncodeToString(sum[:]) {
			t.Errorf("%d bytes: got %+v", len(content), got)
		}
	}
	if got := answers(t, asBlob([]byte("hello\n")))[0].OID; got != "ce013625030ba8dba906f756967f9e9ca394464a" {
		t.Errorf("git hash-object says otherwise: %s", got)
	}
}

func TestWhatDoesNotCollideIsNotFound(t *testing.T) {
	flipped := vector(t, "shattered-1.bin")
	flipped[200] ^= 1
	shifted := append([]byte{0}, vector(t, "shattered-1.bin")...)
	for name, content := range map[string][]byte{
		"a bit of the crafted blocks": flipped,
		"a byte before them":          shifted,
		"the prefix alone":            vector(t, "shattered-1.bin")[:192],
		"one block of the two":        vector(t, "shattered-1.bin")[:256],
		// The pair was made for files: after git's header the hash is in another
		// state, and its halves are two blobs with two names.
		"as a blob": asBlob(vector(t, "shattered-1.bin")),
	} {
		if got := answers(t, content)[0]; got.Collision {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	if got := answers(t, asBlob(vector(t, "shattered-1.bin")), asBlob(vector(t, "shattered-2.bin"))); got[0].OID == got[1].OID {
		t.Errorf("got %+v", got)
	}
}
