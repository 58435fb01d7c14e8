package main

import (
	"runtime/debug"
	"unsafe"
)

const (
	// The soft limit leaves room below the host's hard cap, so that the
	// collector works harder before memory.grow fails and the instance dies.
	softLimitShare = 0.75

	// Twice Go's default: builds of 500 objects were a tenth faster, and stayed
	// far below the size at which the host replaces an instance.
	collectAtGrowth = 200
)

// Both buffers are referenced from here while the host holds their address;
// otherwise the collector could free them.
var request, answer []byte

// configure tells the collector how much memory the host will grant.
//
//go:wasmexport configure
func configure(memoryBytes int64) {
	debug.SetMemoryLimit(int64(float64(memoryBytes) * softLimitShare))
	debug.SetGCPercent(collectAtGrowth)
}

// allocate makes room for a request frame and returns its address.
//
//go:wasmexport allocate
func allocate(size int32) unsafe.Pointer {
	request = make([]byte, size)
	return unsafe.Pointer(unsafe.SliceData(request))
}

// call runs the request that the host wrote, and returns the address (high 32
// bits) and length (low 32 bits) of the answer frame, valid until the next call.
//
//go:wasmexport call
func call() int64 {
	input := request
	request = nil
	answer = dispatch(input)
	address := uintptr(unsafe.Pointer(unsafe.SliceData(answer)))
	return int64(address)<<32 | int64(len(answer))
}
