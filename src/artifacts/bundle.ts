import { BUNDLE_V03_MEDIA_TYPE, type Bundle, bundleFromJSON } from "@sigstore/bundle";
import type { Digest } from "../digest.ts";
import { parseJson } from "../oci/index.ts";
import { isSignedBy, type TrustedKey } from "./key.ts";
import { rejected, type SignatureVerdict } from "./signature.ts";
import { mismatchOf, STATEMENT_PAYLOAD_TYPE } from "./statement.ts";

/**
 * Verifies a signature in cosign 3's layout: a Sigstore bundle v0.3 that holds a DSSE envelope around an
 * in-toto Statement. The key's hint says whose signature it claims to be, and is never what makes it so.
 *
 * Transparency log entries in the bundle are not looked at beyond their shape. With a pinned key they add
 * nothing to trust; that something was logged may only be believed once it is checked against the log.
 */
export function verifyBundle(
  bytes: Uint8Array,
  digest: Digest,
  keys: readonly TrustedKey[],
): SignatureVerdict {
  const bundle = parseBundle(bytes);
  if (bundle === undefined) return rejected("IMAGE_SIGNATURE_INVALID", "not a Sigstore bundle v0.3");
  const { content, verificationMaterial: material } = bundle;
  if (content.$case !== "dsseEnvelope" || content.dsseEnvelope.payloadType !== STATEMENT_PAYLOAD_TYPE) {
    return rejected("IMAGE_SIGNATURE_INVALID", "the bundle does not hold a signed in-toto Statement");
  }
  if (material.content?.$case !== "publicKey") {
    return rejected("IMAGE_WRONG_KEY", "made with a certificate, where the trust policy has keys");
  }
  const { payload, payloadType, signatures } = content.dsseEnvelope;
  const signature = signatures[0]?.sig ?? Buffer.alloc(0);
  const signed = preAuthenticationEncoding(payloadType, payload);
  const key = keys.find((candidate) => isSignedBy(candidate, signed, signature));
  if (key === undefined) return notSigned(material.content.publicKey.hint, keys);
  const mismatch = mismatchOf(payload, digest);
  if (mismatch !== undefined) return rejected("IMAGE_PAYLOAD_MISMATCH", mismatch);
  return { ok: true, key, identity: null };
}

/** `DSSEv1 LEN(type) type LEN(payload) payload`, lengths in bytes (DSSE, protocol.md). */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType, "utf8");
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    payload,
  ]);
}

/** How cosign names the key: base64 of the SHA-256 of its SubjectPublicKeyInfo. */
export function keyHint({ fingerprint }: Pick<TrustedKey, "fingerprint">): string {
  return Buffer.from(fingerprint.slice("sha256:".length), "hex").toString("base64");
}

function parseBundle(bytes: Uint8Array): Bundle | undefined {
  try {
    const bundle = bundleFromJSON(parseJson(bytes));
    return bundle.mediaType === BUNDLE_V03_MEDIA_TYPE ? bundle : undefined;
  } catch {
    return undefined;
  }
}

function notSigned(hint: string, keys: readonly TrustedKey[]): SignatureVerdict {
  const claimed = keys.find((key) => keyHint(key) === hint);
  return claimed === undefined
    ? rejected("IMAGE_WRONG_KEY", "made by a key that is not trusted here, or altered since")
    : rejected("IMAGE_SIGNATURE_INVALID", `names the key ${claimed.origin}, which did not make it`);
}
