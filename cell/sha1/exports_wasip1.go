package main

import (
	"unsafe"

	"github.com/pjbgf/sha1cd"
)

// bufferBytes is how much the host hands over at once.
const bufferBytes = 64 * 1024

var (
	// The host holds the addresses of both for as long as the instance lives.
	buffer [bufferBytes]byte
	digest [sha1cd.Size]byte

	hash = sha1cd.New().(sha1cd.CollisionResistantHash)
)

// input returns where the host writes what update is to take.
//
//go:wasmexport input
func input() unsafe.Pointer { return unsafe.Pointer(&buffer) }

// inputBytes returns how much room is there.
//
//go:wasmexport inputBytes
func inputBytes() int32 { return bufferBytes }

// output returns where finish leaves the digest.
//
//go:wasmexport output
func output() unsafe.Pointer { return unsafe.Pointer(&digest) }

// update hashes the first length bytes of the input.
//
//go:wasmexport update
func update(length int32) { hash.Write(buffer[:length]) }

// finish ends the message, whose digest is then in the output, and makes ready
// for the next one. Its answer is 1 where the message holds one half of a
// colliding pair, whichever half: the digest is another than SHA-1 then.
//
//go:wasmexport finish
func finish() int32 {
	_, collision := hash.CollisionResistantSum(digest[:0])
	hash.Reset()
	if collision {
		return 1
	}
	return 0
}
