// Command sha1 is a WebAssembly reactor that computes SHA-1 and tells whether
// the bytes were crafted to collide under it. It is a module of its own, small
// enough for the host to call for every git object as it is read.
package main

func main() {}
