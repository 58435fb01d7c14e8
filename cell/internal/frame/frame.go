// Package frame encodes what crosses the boundary between host and guest.
//
// A frame is
//
//	uint32 (little endian)  length of the header
//	header                  JSON
//	blobs                   raw bytes, one after another, sized in the header
//
// so that file contents and compiled modules are never escaped.
package frame

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"sluice.dev/cell/internal/problem"
)

const prefixSize = 4

// File is one file of the author's tree: a slash-separated relative path.
type File struct {
	Path    string
	Content []byte
}

// Request is one call of the host.
type Request struct {
	Op    string
	Args  json.RawMessage
	Files []File
}

// Answer is what an operation makes of a request: a value with its blobs, or
// the problems that an author has to fix.
type Answer struct {
	Value    any
	Blobs    [][]byte
	Problems []problem.Problem
}

type requestHeader struct {
	Op    string          `json:"op"`
	Args  json.RawMessage `json:"args"`
	Files []struct {
		Path string `json:"path"`
		Size int    `json:"size"`
	} `json:"files"`
}

type answerHeader struct {
	OK       bool              `json:"ok"`
	Value    any               `json:"value,omitempty"`
	Blobs    []int             `json:"blobs,omitempty"`
	Problems []problem.Problem `json:"problems,omitempty"`
}

// Refused answers with what is wrong in the author's input.
func Refused(problems ...problem.Problem) Answer {
	return Answer{Problems: problems}
}

// Decode reads a request frame. File contents alias data.
func Decode(data []byte) (Request, error) {
	if len(data) < prefixSize {
		return Request{}, errors.New("frame: shorter than its length prefix")
	}
	size, body := binary.LittleEndian.Uint32(data), data[prefixSize:]
	if uint64(size) > uint64(len(body)) {
		return Request{}, errors.New("frame: header reaches past the end")
	}
	var header requestHeader
	if err := json.Unmarshal(body[:size], &header); err != nil {
		return Request{}, fmt.Errorf("frame: header: %w", err)
	}
	files, err := cutFiles(header, body[size:])
	if err != nil {
		return Request{}, err
	}
	return Request{Op: header.Op, Args: header.Args, Files: files}, nil
}

func cutFiles(header requestHeader, blobs []byte) ([]File, error) {
	files := make([]File, 0, len(header.Files))
	for _, entry := range header.Files {
		if entry.Size < 0 || entry.Size > len(blobs) {
			return nil, fmt.Errorf("frame: file %q reaches past the end", entry.Path)
		}
		files = append(files, File{Path: entry.Path, Content: blobs[:entry.Size:entry.Size]})
		blobs = blobs[entry.Size:]
	}
	if len(blobs) > 0 {
		return nil, errors.New("frame: bytes left over")
	}
	return files, nil
}

// Encode writes an answer frame.
func Encode(answer Answer) ([]byte, error) {
	if len(answer.Problems) > 0 {
		return write(answerHeader{Problems: answer.Problems}, nil)
	}
	header := answerHeader{OK: true, Value: answer.Value}
	for _, blob := range answer.Blobs {
		header.Blobs = append(header.Blobs, len(blob))
	}
	return write(header, answer.Blobs)
}

func write(header answerHeader, blobs [][]byte) ([]byte, error) {
	encoded, err := json.Marshal(header)
	if err != nil {
		return nil, fmt.Errorf("frame: answer: %w", err)
	}
	size := prefixSize + len(encoded)
	for _, blob := range blobs {
		size += len(blob)
	}
	frame := make([]byte, prefixSize, size)
	binary.LittleEndian.PutUint32(frame, uint32(len(encoded)))
	frame = append(frame, encoded...)
	for _, blob := range blobs {
		frame = append(frame, blob...)
	}
	return frame, nil
}
