package main

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"os"

	cms "github.com/github/smimesign/ietf-cms"
)

func sign(out io.Writer, payload []byte, certificatesPath, keyPath string) error {
	chain, err := readCertificates(certificatesPath)
	if err != nil {
		return err
	}
	signer, err := readKey(keyPath)
	if err != nil {
		return err
	}
	der, err := cms.SignDetached(payload, chain, signer)
	if err != nil {
		return err
	}
	return pem.Encode(out, &pem.Block{Type: "SIGNED MESSAGE", Bytes: der})
}

func readCertificates(path string) ([]*x509.Certificate, error) {
	rest, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var der []byte
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return x509.ParseCertificates(der)
		}
		der = append(der, block.Bytes...)
	}
}

func readKey(path string) (crypto.Signer, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the key is not PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("the key does not sign")
	}
	return signer, nil
}
