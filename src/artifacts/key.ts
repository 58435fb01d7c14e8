import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { CosignKeyMaterial } from "../api/index.ts";
import { type Digest, sha256 } from "../digest.ts";
import { ArtifactTrustError } from "./error.ts";

/** A public key that image signatures are checked with. */
export interface TrustedKey {
  /** SHA-256 of the key's SubjectPublicKeyInfo in DER. */
  readonly fingerprint: Digest;
  /** The file or field it was read from. */
  readonly origin: string;
  readonly key: KeyObject;
  /** The hashes that signers use with such a key; null where the scheme has its own (Ed25519). */
  readonly hashes: readonly (string | null)[];
}

const PEM = /^\s*-----BEGIN PUBLIC KEY-----\s([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/;

/**
 * By curve, as sigstore's algorithm registry has it. `cosign` signs with that hash, while its verifier
 * expects SHA-256 on every curve; both are in use.
 */
const ECDSA_HASHES: Readonly<Record<string, readonly string[]>> = {
  prime256v1: ["sha256"],
  secp384r1: ["sha384", "sha256"],
  secp521r1: ["sha512", "sha256"],
};

const MIN_RSA_BITS = 2048;
/** Larger keys are not in use, and a verification with one takes milliseconds. */
const MAX_RSA_BITS = 8192;

/** Reads a PEM SubjectPublicKeyInfo: one block, canonical DER, an algorithm from the list here. */
export function parseCosignKey({ pem, origin }: CosignKeyMaterial): TrustedKey {
  const [, base64] = PEM.exec(pem) ?? [];
  if (base64 === undefined) throw malformed(origin, "not one PEM block `PUBLIC KEY`");
  const der = Buffer.from(base64, "base64");
  const key = createKey(der, origin);
  // A second key, or anything else after the first, would be cut off silently.
  if (!key.export({ type: "spki", format: "der" }).equals(der)) throw malformed(origin, "not canonical DER");
  return { fingerprint: sha256(der), origin, key, hashes: hashesOf(key, origin) };
}

/** Whether the signature is this key's over these bytes. A malformed signature is one that is not. */
export function isSignedBy({ key, hashes }: TrustedKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  return hashes.some((hash) => {
    try {
      return verify(hash, bytes, key, signature);
    } catch {
      return false;
    }
  });
}

function createKey(der: Buffer, origin: string): KeyObject {
  try {
    return createPublicKey({ key: der, format: "der", type: "spki" });
  } catch (cause) {
    throw malformed(origin, "not a public key", cause);
  }
}

function hashesOf(key: KeyObject, origin: string): readonly (string | null)[] {
  const { namedCurve = "", modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case "ec": {
      const hashes = ECDSA_HASHES[namedCurve];
      if (hashes !== undefined) return hashes;
      break;
    }
    case "ed25519":
      return [null];
    case "rsa":
      if (modulusLength >= MIN_RSA_BITS && modulusLength <= MAX_RSA_BITS) return ["sha256"];
      break;
  }
  throw new ArtifactTrustError(
    "UNSUPPORTED_KEY",
    `${origin}: found ${key.asymmetricKeyType} ${namedCurve}${modulusLength || ""}`.trimEnd(),
    {
      remedy: `use ECDSA on P-256, P-384 or P-521, Ed25519, or RSA of ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits`,
    },
  );
}

function malformed(origin: string, problem: string, cause?: unknown): ArtifactTrustError {
  return new ArtifactTrustError("MALFORMED_KEY", `${origin}: ${problem}`, {
    remedy: "give the public key as `cosign generate-key-pair` writes it to `cosign.pub`",
    ...(cause !== undefined && { cause }),
  });
}
