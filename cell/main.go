// Command cell links the reference implementations that Sluice renders, compiles
// and judges with (kustomize, OPA, kstatus, CEL) into one WebAssembly
// reactor.
//
// The host writes a request frame into guest memory, calls it, and reads the
// answer frame back; see internal/frame for the byte layout. Nothing else
// crosses the boundary: the guest gets no files, no network, no environment.
package main

func main() {}
