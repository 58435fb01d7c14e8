import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateSigningKey, makeBundle, type SigningKey, signStatement } from "../demo/cosign-signer.ts";
import { sha256 } from "../digest.ts";
import { keyHint, verifyBundle } from "./bundle.ts";
import { parseCosignKey } from "./key.ts";

const digest = sha256("image");
const signer = generateSigningKey();
const other = generateSigningKey();
const key = keyOf(signer);
const stranger = keyOf(other);

function keyOf({ publicKeyPem: pem }: SigningKey) {
  return parseCosignKey({ origin: "ci.pub", pem });
}

/** A bundle as JSON text, after `change` has had its way with it. */
function bundle(
  change: (text: string) => string = (text) => text,
  statement = signStatement(digest),
): Buffer {
  return Buffer.from(change(JSON.stringify(makeBundle(signer, statement))));
}

function merge(fields: object): (text: string) => string {
  return (text) => JSON.stringify({ ...JSON.parse(text), ...fields });
}

function codeOf(bytes: Uint8Array, keys = [key]): string {
  const verdict = verifyBundle(bytes, digest, keys);
  return verdict.ok ? "ok" : verdict.code;
}

const hint = { verificationMaterial: { publicKey: { hint: keyHint(key) } } };

it("accepts a trusted key's signature over this image", () => {
  expect(verifyBundle(bundle(), digest, [stranger, key])).toEqual({ ok: true, key, identity: null });
});

describe("the hint", () => {
  it.each([
    ["is empty", ""],
    ["names another trusted key", keyHint(stranger)],
    ["is anything else", "my key"],
  ])("does not decide: it %s", (_, text) => {
    const bytes = bundle(merge({ verificationMaterial: { publicKey: { hint: text } } }));
    expect(codeOf(bytes, [key, stranger])).toBe("ok");
  });

  it("does not make a stranger's signature ours, and that it claims to be is reported", () => {
    const forged = JSON.stringify({ ...makeBundle(other, signStatement(digest)), ...hint });
    expect(codeOf(Buffer.from(forged))).toBe("IMAGE_SIGNATURE_INVALID");
    expect(codeOf(Buffer.from(JSON.stringify(makeBundle(other, signStatement(digest)))))).toBe(
      "IMAGE_WRONG_KEY",
    );
  });
});

describe("refuses what a trusted key signed, when it is not that this image is good", () => {
  const subject = (sha: string | undefined) => [{ digest: { sha256: sha } }];
  const statement = (fields: object) =>
    Buffer.from(JSON.stringify({ ...JSON.parse(signStatement(digest).toString()), ...fields }));

  it.each<[string, Uint8Array]>([
    ["another image", signStatement(sha256("other"))],
    ["an attestation about it", signStatement(digest, "https://slsa.dev/provenance/v1")],
    ["a predicate that is nearly the one", signStatement(digest, "https://sigstore.dev/cosign/sign/v1/")],
    ["no subject", statement({ subject: [] })],
    ["a subject of another algorithm", statement({ subject: [{ digest: { sha512: digest.slice(7) } }] })],
    ["a subject without a digest", statement({ subject: subject(undefined) })],
    ["an upper-case digest", statement({ subject: subject(digest.slice(7).toUpperCase()) })],
    ["an older Statement", statement({ _type: "https://in-toto.io/Statement/v0.1" })],
    [
      "something that is no Statement",
      Buffer.from('{"predicateType":"https://sigstore.dev/cosign/sign/v1"}'),
    ],
    ["something that is not JSON", Buffer.from("hello")],
  ])("%s", (_, payload) => {
    expect(codeOf(bundle(undefined, payload))).toBe("IMAGE_PAYLOAD_MISMATCH");
  });

  it("but takes one subject of several", () => {
    const several = statement({ subject: [...subject("0".repeat(64)), ...subject(digest.slice(7))] });
    expect(codeOf(bundle(undefined, several))).toBe("ok");
  });
});

describe("refuses what is not a bundle as cosign makes it", () => {
  const v02 = "application/vnd.dev.sigstore.bundle+json;version=0.2";
  const message = { messageDigest: { algorithm: "SHA2_256", digest: "AAAA" }, signature: "AAAA" };

  it.each<[string, Buffer, string]>([
    ["not JSON", Buffer.from("{"), "IMAGE_SIGNATURE_INVALID"],
    ["null", Buffer.from("null"), "IMAGE_SIGNATURE_INVALID"],
    ["a list", Buffer.from("[]"), "IMAGE_SIGNATURE_INVALID"],
    ["an older bundle", bundle(merge({ mediaType: v02 })), "IMAGE_SIGNATURE_INVALID"],
    ["another media type", bundle(merge({ mediaType: "application/json" })), "IMAGE_SIGNATURE_INVALID"],
    ["no media type", bundle(merge({ mediaType: undefined })), "IMAGE_SIGNATURE_INVALID"],
    ["no material", bundle(merge({ verificationMaterial: undefined })), "IMAGE_SIGNATURE_INVALID"],
    ["no envelope", bundle(merge({ dsseEnvelope: undefined })), "IMAGE_SIGNATURE_INVALID"],
    [
      "a signature over a message",
      bundle(merge({ dsseEnvelope: undefined, messageSignature: message })),
      "IMAGE_SIGNATURE_INVALID",
    ],
    [
      "another payload type",
      bundle((text) => text.replace("application/vnd.in-toto+json", "text/plain")),
      "IMAGE_SIGNATURE_INVALID",
    ],
    [
      "a certificate",
      bundle(merge({ verificationMaterial: { certificate: { rawBytes: "AAAA" } } })),
      "IMAGE_WRONG_KEY",
    ],
    [
      "a certificate chain",
      bundle(
        merge({ verificationMaterial: { x509CertificateChain: { certificates: [{ rawBytes: "AAAA" }] } } }),
      ),
      "IMAGE_SIGNATURE_INVALID",
    ],
  ])("%s", (_, bytes, code) => {
    expect(codeOf(bytes)).toBe(code);
  });

  it.each([0, 2])("%i signatures", (count) => {
    const { dsseEnvelope } = JSON.parse(bundle().toString());
    const signatures = Array.from({ length: count }, () => dsseEnvelope.signatures[0]);
    const bytes = bundle(merge({ dsseEnvelope: { ...dsseEnvelope, signatures } }));
    expect(codeOf(bytes)).toBe("IMAGE_SIGNATURE_INVALID");
  });
});

it("never throws, whatever a registry has", () => {
  const text = bundle().toString();
  const position = fc.nat({ max: text.length - 1 });
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.tuple(position, fc.string()).map(splice(text))), (changed) => {
      expect(["ok", "IMAGE_WRONG_KEY", "IMAGE_SIGNATURE_INVALID"]).toContain(codeOf(Buffer.from(changed)));
    }),
  );
});

function splice(text: string): (change: [number, string]) => string {
  return ([position, inserted]) =>
    text.slice(0, position) + inserted + text.slice(position + inserted.length);
}
