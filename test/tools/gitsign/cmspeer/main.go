// Command cmspeer signs and verifies commits with the libraries that smimesign and gitsign are made of.
//
//	cmspeer sign -certificates FILE -key FILE < payload > signature
//	cmspeer verify -root FILE -issuer URL -identity NAME -payload FILE -signature FILE
//
// The first makes an armored, detached signature as smimesign does. The second prints, as JSON, whether the
// signature by gitsign is good, and by whom.
package main

import (
	"errors"
	"flag"
	"io"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	if err := run(os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("expected sign or verify")
	}
	flags := flag.NewFlagSet(args[0], flag.ExitOnError)
	switch args[0] {
	case "sign":
		certificates := flags.String("certificates", "", "the signer's certificate and what goes with it, PEM")
		key := flags.String("key", "", "PKCS #8, PEM")
		if err := flags.Parse(args[1:]); err != nil {
			return err
		}
		payload, err := io.ReadAll(os.Stdin)
		if err != nil {
			return err
		}
		return sign(os.Stdout, payload, *certificates, *key)
	case "verify":
		var request request
		flags.StringVar(&request.root, "root", "", "trusted_root.json")
		flags.StringVar(&request.issuer, "issuer", "", "the identity provider")
		flags.StringVar(&request.identity, "identity", "", "an address or a URI")
		flags.StringVar(&request.payload, "payload", "", "what is signed")
		flags.StringVar(&request.signature, "signature", "", "armored")
		if err := flags.Parse(args[1:]); err != nil {
			return err
		}
		return report(os.Stdout, request)
	default:
		return errors.New("expected sign or verify")
	}
}
