// Command cmspeer signs with the library that smimesign is made of.
//
//	cmspeer -certificates FILE -key FILE < payload > signature
//
// The signature is armored and detached, as git asks smimesign for it.
package main

import (
	"flag"
	"io"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	certificates := flag.String("certificates", "", "the signer's certificate and what goes with it, PEM")
	key := flag.String("key", "", "PKCS #8, PEM")
	flag.Parse()
	payload, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	if err := sign(os.Stdout, payload, *certificates, *key); err != nil {
		log.Fatal(err)
	}
}
