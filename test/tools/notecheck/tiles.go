package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Tiles of the specification have 256 hashes, and bundles as many entries.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// tiles reads the hash tiles of a log directory.
type tiles struct{ directory string }

func (t tiles) Height() int { return tileHeight }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(wanted))
	for i, tile := range wanted {
		read, err := readPath(t.directory, tile)
		if err != nil {
			return nil, err
		}
		if len(read) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s: %d bytes", tile.Path(), len(read))
		}
		data[i] = read
	}
	return data, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// readPath reads a tile, or with L of -1 an entry bundle. Tile.Path is the checksum database's spelling,
// which names the height and calls entries data.
func readPath(directory string, tile tlog.Tile) ([]byte, error) {
	path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
	path = strings.Replace(path, "tile/data/", "tile/entries/", 1)
	return os.ReadFile(filepath.Join(directory, filepath.FromSlash(path)))
}

// readLeaves reads the entry bundles and gives the leaf hash of each of the first size entries.
func readLeaves(directory string, size int64) ([]tlog.Hash, error) {
	var leaves []tlog.Hash
	for first := int64(0); first < size; first += tileWidth {
		width := int(min(tileWidth, size-first))
		bundle, err := readPath(directory, tlog.Tile{H: tileHeight, L: -1, N: first / tileWidth, W: width})
		if err != nil {
			return nil, err
		}
		for range width {
			var entry []byte
			if entry, bundle, err = cutEntry(bundle); err != nil {
				return nil, fmt.Errorf("entry %d: %w", len(leaves), err)
			}
			leaves = append(leaves, tlog.RecordHash(entry))
		}
		if len(bundle) != 0 {
			return nil, fmt.Errorf("%d bytes after entry %d in its bundle", len(bundle), len(leaves)-1)
		}
	}
	return leaves, nil
}

// cutEntry takes one entry, which a big-endian uint16 length precedes, off a bundle.
func cutEntry(bundle []byte) (entry, rest []byte, err error) {
	if len(bundle) < 2 {
		return nil, nil, errors.New("bundle ends early")
	}
	length := int(binary.BigEndian.Uint16(bundle))
	if len(bundle) < 2+length {
		return nil, nil, errors.New("bundle ends early")
	}
	return bundle[2 : 2+length], bundle[2+length:], nil
}
