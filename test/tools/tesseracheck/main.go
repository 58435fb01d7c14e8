// Command tesseracheck reads a log as any client of the public format does, with Tessera's own client: the
// checkpoint, every entry bundle with an inclusion proof an entry, and consistency proofs between sizes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"golang.org/x/mod/sumdb/note"
	"sluice.dev/test/tools/internal/report"
)

const timeout = 2 * time.Minute

// source is where a log is read from: a directory or a server.
type source interface {
	ReadCheckpoint(ctx context.Context) ([]byte, error)
	ReadTile(ctx context.Context, level, index uint64, p uint8) ([]byte, error)
	ReadEntryBundle(ctx context.Context, index uint64, p uint8) ([]byte, error)
}

func main() {
	log := flag.String("log", "", "URL of the log: file:///directory or http://host/prefix/")
	vkey := flag.String("vkey", "", "verifier key of the log, as in a signed note")
	flag.Parse()
	if *log == "" || *vkey == "" || flag.NArg() != 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	report.Exit(check(ctx, *log, *vkey))
}

func open(text string) (source, error) {
	location, err := url.Parse(text)
	if err != nil {
		return nil, err
	}
	switch location.Scheme {
	case "file":
		return client.FileFetcher{Root: location.Path}, nil
	case "http", "https":
		return client.NewHTTPFetcher(location, http.DefaultClient)
	default:
		return nil, fmt.Errorf("cannot read a log from %q", text)
	}
}

func check(ctx context.Context, text, vkey string) (report.Report, error) {
	var found report.Report
	log, err := open(text)
	if err != nil {
		return found, err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return found, err
	}
	checkpoint, _, _, err := client.FetchCheckpoint(ctx, log.ReadCheckpoint, verifier, verifier.Name())
	if err != nil {
		return found, err
	}
	found.Origin, found.Size = checkpoint.Origin, checkpoint.Size
	found.SetRoot(checkpoint.Hash)
	if checkpoint.Size == 0 {
		return found, nil
	}
	proofs, err := client.NewProofBuilder(ctx, checkpoint.Size, log.ReadTile)
	if err != nil {
		return found, err
	}
	found.Entries, err = checkInclusion(ctx, log, proofs, checkpoint.Size, checkpoint.Hash)
	if err != nil {
		return found, err
	}
	found.Proofs, err = checkConsistency(ctx, log, proofs, checkpoint.Size, checkpoint.Hash)
	return found, err
}

func leafHashes(bundle []byte) ([][]byte, error) {
	var parsed api.EntryBundle
	if err := parsed.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	hashes := make([][]byte, len(parsed.Entries))
	for i, entry := range parsed.Entries {
		hashes[i] = rfc6962.DefaultHasher.HashLeaf(entry)
	}
	return hashes, nil
}

// checkInclusion reads all entries and counts those that are proven to be in the tree.
func checkInclusion(ctx context.Context, log source, proofs *client.ProofBuilder, size uint64, root []byte) (uint64, error) {
	getSize := func(context.Context) (uint64, error) { return size, nil }
	bundles := client.EntryBundles(ctx, 1, getSize, log.ReadEntryBundle, 0, size)
	var count uint64
	for entry, err := range client.Entries(bundles, leafHashes) {
		if err != nil {
			return count, err
		}
		path, err := proofs.InclusionProof(ctx, entry.Index)
		if err != nil {
			return count, err
		}
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, entry.Index, size, entry.Entry, path, root); err != nil {
			return count, fmt.Errorf("entry %d: %w", entry.Index, err)
		}
		count++
	}
	if count != size {
		return count, errors.New("fewer entries than the checkpoint signs")
	}
	return count, nil
}

// checkConsistency proves the tree to extend each of its own former states, and counts them. The former roots
// come from the leaf hashes of the entries, so a tile that tells another past is found out.
func checkConsistency(ctx context.Context, log source, proofs *client.ProofBuilder, size uint64, root []byte) (uint64, error) {
	former, err := formerRoots(ctx, log, size)
	if err != nil {
		return 0, err
	}
	var count uint64
	for smaller := uint64(1); smaller < size; smaller++ {
		path, err := proofs.ConsistencyProof(ctx, smaller, size)
		if err != nil {
			return count, err
		}
		if err := proof.VerifyConsistency(rfc6962.DefaultHasher, smaller, size, path, former[smaller], root); err != nil {
			return count, fmt.Errorf("from size %d: %w", smaller, err)
		}
		count++
	}
	return count, nil
}
