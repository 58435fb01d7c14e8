// Command notecheck checks a log directory (https://c2sp.org/tlog-tiles) with golang.org/x/mod/sumdb/{note,tlog}:
// the checkpoint's signature, every tile against the signed root, the root recomputed from the entries alone,
// and the inclusion of every entry.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"
	"sluice.dev/test/tools/internal/report"
)

func main() {
	log := flag.String("log", "", "directory of the log")
	vkey := flag.String("vkey", "", "verifier key of the log, as in a signed note")
	flag.Parse()
	if *log == "" || *vkey == "" || flag.NArg() != 0 {
		flag.Usage()
		os.Exit(2)
	}
	report.Exit(check(*log, *vkey))
}

func check(directory, vkey string) (report.Report, error) {
	var found report.Report
	signed, err := os.ReadFile(filepath.Join(directory, "checkpoint"))
	if err != nil {
		return found, err
	}
	checkpoint, err := openCheckpoint(signed, vkey)
	if err != nil {
		return found, err
	}
	found.Origin, found.Size = checkpoint.origin, uint64(checkpoint.tree.N)
	found.SetRoot(checkpoint.tree.Hash[:])

	leaves, err := readLeaves(directory, checkpoint.tree.N)
	if err != nil {
		return found, err
	}
	root, err := rootOf(leaves)
	if err != nil {
		return found, err
	}
	if root != checkpoint.tree.Hash {
		return found, fmt.Errorf("entries hash to %v, the checkpoint signs %v", root, checkpoint.tree.Hash)
	}
	// Checks each tile that it reads against the signed root.
	hashes := tlog.TileHashReader(checkpoint.tree, tiles{directory})
	for index, leaf := range leaves {
		if err := checkInclusion(checkpoint.tree, hashes, int64(index), leaf); err != nil {
			return found, fmt.Errorf("entry %d: %w", index, err)
		}
		found.Entries++
	}
	return found, nil
}

func checkInclusion(tree tlog.Tree, hashes tlog.HashReader, index int64, leaf tlog.Hash) error {
	proof, err := tlog.ProveRecord(tree.N, index, hashes)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf)
}

// rootOf builds the whole tree in memory, without any tile.
func rootOf(leaves []tlog.Hash) (tlog.Hash, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	for index, leaf := range leaves {
		hashes, err := tlog.StoredHashesForRecordHash(int64(index), leaf, reader)
		if err != nil {
			return tlog.Hash{}, err
		}
		stored = append(stored, hashes...)
	}
	return tlog.TreeHash(int64(len(leaves)), reader)
}
