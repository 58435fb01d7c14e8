package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/github/smimesign/ietf-cms/protocol"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"google.golang.org/protobuf/proto"
)

type request struct {
	root, issuer, identity, payload, signature string
}

type answer struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
}

func report(out io.Writer, request request) error {
	said := answer{OK: true}
	if err := verifyCommit(request); err != nil {
		said = answer{Error: err.Error()}
	}
	return json.NewEncoder(out).Encode(said)
}

func verifyCommit(request request) error {
	trusted, err := root.NewTrustedRootFromPath(request.root)
	if err != nil {
		return err
	}
	payload, err := os.ReadFile(request.payload)
	if err != nil {
		return err
	}
	entity, signed, err := readSignature(request.signature, payload)
	if err != nil {
		return err
	}
	identity, err := verify.NewShortCertificateIdentity(request.issuer, "", request.identity, "")
	if err != nil {
		return err
	}
	verifier, err := verify.NewVerifier(
		trusted,
		verify.WithTransparencyLog(1),
		verify.WithIntegratedTimestamps(1),
		verify.WithSignedCertificateTimestamps(1),
	)
	if err != nil {
		return err
	}
	artifact := verify.WithArtifact(bytes.NewReader(signed))
	_, err = verifier.Verify(entity, verify.NewPolicy(artifact, verify.WithCertificateIdentity(identity)))
	return err
}

// readSignature turns a CMS signature over payload into a bundle over what its signer signed.
func readSignature(path string, payload []byte) (*bundle.Bundle, []byte, error) {
	armored, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	block, _ := pem.Decode(armored)
	if block == nil {
		return nil, nil, errors.New("the signature is not armored")
	}
	info, err := protocol.ParseContentInfo(block.Bytes)
	if err != nil {
		return nil, nil, err
	}
	data, err := info.SignedDataContent()
	if err != nil {
		return nil, nil, err
	}
	if len(data.SignerInfos) != 1 {
		return nil, nil, fmt.Errorf("%d signers", len(data.SignerInfos))
	}
	certificates, err := data.X509Certificates()
	if err != nil {
		return nil, nil, err
	}
	return toBundle(data.SignerInfos[0], certificates, payload)
}

func toBundle(
	signer protocol.SignerInfo,
	certificates []*x509.Certificate,
	payload []byte,
) (*bundle.Bundle, []byte, error) {
	certificate, err := signer.FindCertificate(certificates)
	if err != nil {
		return nil, nil, err
	}
	digest, err := signer.GetMessageDigestAttribute()
	if err != nil {
		return nil, nil, err
	}
	if expected := sha256.Sum256(payload); !bytes.Equal(digest, expected[:]) {
		return nil, nil, errors.New("made over other content")
	}
	signed, err := signer.SignedAttrs.MarshaledForVerification()
	if err != nil {
		return nil, nil, err
	}
	signedDigest := sha256.Sum256(signed)
	entry, err := readEntry(signer, certificate, signedDigest[:])
	if err != nil {
		return nil, nil, err
	}
	made, err := bundle.NewBundle(&protobundle.Bundle{
		MediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
		VerificationMaterial: &protobundle.VerificationMaterial{
			Content: &protobundle.VerificationMaterial_Certificate{
				Certificate: &protocommon.X509Certificate{RawBytes: certificate.Raw},
			},
			TlogEntries: []*protorekor.TransparencyLogEntry{entry},
		},
		Content: &protobundle.Bundle_MessageSignature{MessageSignature: &protocommon.MessageSignature{
			MessageDigest: &protocommon.HashOutput{
				Algorithm: protocommon.HashAlgorithm_SHA2_256,
				Digest:    signedDigest[:],
			},
			Signature: signer.Signature,
		}},
	})
	return made, signed, err
}

var entryAttribute = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 3, 1}

// readEntry completes the log's answer with the body that it is about.
func readEntry(
	signer protocol.SignerInfo,
	certificate *x509.Certificate,
	digest []byte,
) (*protorekor.TransparencyLogEntry, error) {
	value, err := signer.UnsignedAttrs.GetOnlyAttributeValueBytes(entryAttribute)
	if err != nil {
		return nil, err
	}
	var encoded []byte
	if _, err := asn1.Unmarshal(value.FullBytes, &encoded); err != nil {
		return nil, err
	}
	entry := new(protorekor.TransparencyLogEntry)
	if err := proto.Unmarshal(encoded, entry); err != nil {
		return nil, err
	}
	publicKey := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
	// The keys in the order of RFC 8785.
	entry.CanonicalizedBody = fmt.Appendf(nil,
		`{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256","value":"%x"}},`+
			`"signature":{"content":%q,"publicKey":{"content":%q}}}}`,
		digest,
		base64.StdEncoding.EncodeToString(signer.Signature),
		base64.StdEncoding.EncodeToString(publicKey),
	)
	return entry, nil
}
