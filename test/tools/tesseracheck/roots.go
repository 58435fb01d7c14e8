package main

import (
	"context"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/client"
)

// formerRoots gives the root for every size from 0 to size, computed from the entries.
func formerRoots(ctx context.Context, log source, size uint64) ([][]byte, error) {
	getSize := func(context.Context) (uint64, error) { return size, nil }
	bundles := client.EntryBundles(ctx, 1, getSize, log.ReadEntryBundle, 0, size)
	factory := compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	tree := factory.NewEmptyRange(0)
	roots := [][]byte{rfc6962.DefaultHasher.EmptyRoot()}
	for entry, err := range client.Entries(bundles, leafHashes) {
		if err != nil {
			return nil, err
		}
		if err := tree.Append(entry.Entry, nil); err != nil {
			return nil, err
		}
		root, err := tree.GetRootHash(nil)
		if err != nil {
			return nil, err
		}
		roots = append(roots, root)
	}
	return roots, nil
}
