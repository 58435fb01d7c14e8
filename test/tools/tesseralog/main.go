// Command tesseralog writes a log with Tessera, the reference implementation, with a key made for it: something to
// prove readers and checkers on that Sluice had no hand in. The entries are "entry 0", "entry 1" and so on.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

const (
	timeout = time.Minute
	// Short, because the program waits for one checkpoint over all entries.
	interval = 100 * time.Millisecond
)

func main() {
	log := flag.String("log", "", "directory to write the log to")
	origin := flag.String("origin", "tessera.example/log", "origin of the log, and name of its key")
	entries := flag.Uint("entries", 1, "how many entries")
	flag.Parse()
	if *log == "" || *entries == 0 || flag.NArg() != 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	vkey, err := write(ctx, *log, *origin, *entries)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"vkey": vkey, "origin": *origin, "size": *entries})
}

func write(ctx context.Context, directory, origin string, entries uint) (vkey string, err error) {
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return "", err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return "", err
	}
	driver, err := posix.New(ctx, posix.Config{Path: directory})
	if err != nil {
		return "", err
	}
	options := tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithCheckpointInterval(interval).
		WithBatching(entries, interval)
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, options)
	if err != nil {
		return "", err
	}
	var added []tessera.IndexFuture
	for i := range entries {
		added = append(added, appender.Add(ctx, tessera.NewEntry(fmt.Appendf(nil, "entry %d", i))))
	}
	published := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, interval)
	for _, future := range added {
		if _, _, err := published.Await(ctx, future); err != nil {
			return "", err
		}
	}
	return vkey, shutdown(ctx)
}
