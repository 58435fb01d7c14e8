import { constants, type KeyObject, verify } from "node:crypto";
import { contextTag, type DerReader, MalformedDer, readAll, TAG } from "./der.ts";
import { readOid, readSmallInteger } from "./der-values.ts";

/** Why an algorithm is not accepted; the words are those of the signature codes. */
export interface AlgorithmProblem {
  readonly code: "WEAK_ALGORITHM" | "UNSUPPORTED_ALGORITHM";
  readonly message: string;
}

export type HashName = "sha256" | "sha384" | "sha512";

/** `AlgorithmIdentifier`: an object identifier, and parameters that depend on it. */
export interface AlgorithmIdentifier {
  readonly oid: string;
  /** The parameters' whole encoding; empty where there are none. */
  readonly parameters: Buffer;
}

export function readAlgorithm(reader: DerReader): AlgorithmIdentifier {
  return reader.within(TAG.sequence, (inner) => ({
    oid: readOid(inner),
    parameters: inner.isAtEnd() ? Buffer.alloc(0) : inner.any().raw,
  }));
}

const HASHES: ReadonlyMap<string, HashName> = new Map([
  ["2.16.840.1.101.3.4.2.1", "sha256"],
  ["2.16.840.1.101.3.4.2.2", "sha384"],
  ["2.16.840.1.101.3.4.2.3", "sha512"],
]);

/** MD2, MD4, MD5, SHA-1, RIPEMD-160; the same under RSA, DSA and ECDSA; and DSA altogether. */
const WEAK: ReadonlySet<string> = new Set([
  "1.2.840.113549.2.2",
  "1.2.840.113549.2.4",
  "1.2.840.113549.2.5",
  "1.3.14.3.2.26",
  "1.3.36.3.2.1",
  "1.2.840.113549.1.1.2",
  "1.2.840.113549.1.1.3",
  "1.2.840.113549.1.1.4",
  "1.2.840.113549.1.1.5",
  "1.3.14.3.2.29",
  "1.2.840.10040.4.1",
  "1.2.840.10040.4.3",
  "2.16.840.1.101.3.4.3.2",
  "1.2.840.10045.4.1",
]);

const RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
const RSASSA_PSS = "1.2.840.113549.1.1.10";
const MGF1 = "1.2.840.113549.1.1.8";
const ED25519 = "1.3.101.112";

/** PKCS #1 v1.5 and ECDSA with their hash in the name. */
const COMBINED: ReadonlyMap<string, { kind: "rsa" | "ecdsa"; hash: HashName }> = new Map([
  ["1.2.840.113549.1.1.11", { kind: "rsa", hash: "sha256" }],
  ["1.2.840.113549.1.1.12", { kind: "rsa", hash: "sha384" }],
  ["1.2.840.113549.1.1.13", { kind: "rsa", hash: "sha512" }],
  ["1.2.840.10045.4.3.2", { kind: "ecdsa", hash: "sha256" }],
  ["1.2.840.10045.4.3.3", { kind: "ecdsa", hash: "sha384" }],
  ["1.2.840.10045.4.3.4", { kind: "ecdsa", hash: "sha512" }],
]);

const NULL = Buffer.of(TAG.null, 0);
const isNothing = ({ parameters }: AlgorithmIdentifier) => parameters.length === 0 || parameters.equals(NULL);

export function hashOf(algorithm: AlgorithmIdentifier): HashName | AlgorithmProblem {
  const hash = HASHES.get(algorithm.oid);
  return hash !== undefined && isNothing(algorithm) ? hash : problemWith(algorithm.oid);
}

/** A signature algorithm of which nothing is left open. */
export type SignatureAlgorithm =
  | { readonly kind: "rsa" | "ecdsa" | "pss"; readonly hash: HashName }
  | { readonly kind: "ed25519" };

/**
 * Resolves an identifier from a certificate, a CRL or a SignerInfo. `digest` is a SignerInfo's own, which
 * tells the hash where the identifier is only `rsaEncryption` (RFC 3370 section 3.2), and otherwise must agree.
 */
export function signatureAlgorithmOf(
  algorithm: AlgorithmIdentifier,
  digest?: HashName,
): SignatureAlgorithm | AlgorithmProblem {
  const resolved = resolve(algorithm, digest);
  if ("code" in resolved || digest === undefined) return resolved;
  // RFC 8419 section 2.3: with Ed25519 the digest is SHA-512.
  const hash = resolved.kind === "ed25519" ? "sha512" : resolved.hash;
  return hash === digest
    ? resolved
    : unsupported(`${hash} in the signature algorithm, ${digest} as the digest`);
}

function resolve(algorithm: AlgorithmIdentifier, digest?: HashName): SignatureAlgorithm | AlgorithmProblem {
  const { oid, parameters } = algorithm;
  const combined = COMBINED.get(oid);
  if (combined !== undefined && isNothing(algorithm)) return combined;
  if (oid === RSA_ENCRYPTION && digest !== undefined && isNothing(algorithm))
    return { kind: "rsa", hash: digest };
  if (oid === ED25519 && parameters.length === 0) return { kind: "ed25519" };
  if (oid === RSASSA_PSS) return readPss(parameters);
  return problemWith(oid);
}

const HASH_BYTES: Readonly<Record<HashName, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/** RFC 4055 section 3.1. The defaults are SHA-1, so everything but the trailer must be given. */
function readPss(parameters: Buffer): SignatureAlgorithm | AlgorithmProblem {
  try {
    const { hash, mask, salt } = readAll(parameters, (outer) => outer.within(TAG.sequence, readPssFields));
    if (typeof hash !== "string") return hash;
    if (mask === hash && salt === HASH_BYTES[hash]) return { kind: "pss", hash };
  } catch (error) {
    if (!(error instanceof MalformedDer)) throw error;
  }
  return unsupported("RSASSA-PSS with two hashes, or a salt that is not as long as the hash");
}

interface PssFields {
  readonly hash: HashName | AlgorithmProblem;
  /** The hash of the mask generation function. */
  readonly mask: HashName | AlgorithmProblem;
  readonly salt: number;
}

function readPssFields(reader: DerReader): PssFields {
  const hash = hashOf(reader.within(contextTag(0, "constructed"), readAlgorithm));
  const { oid, parameters } = reader.within(contextTag(1, "constructed"), readAlgorithm);
  const mask = oid === MGF1 ? hashOf(readAll(parameters, readAlgorithm)) : problemWith(oid);
  return { hash, mask, salt: reader.within(contextTag(2, "constructed"), readSmallInteger) };
}

const MIN_RSA_BITS = 2048;
/** Larger keys are not in use, and a verification with one takes milliseconds. */
const MAX_RSA_BITS = 8192;
const CURVES: ReadonlySet<string> = new Set(["prime256v1", "secp384r1", "secp521r1"]);

/** What is wrong with a key as one that signs: its kind, its size or its curve. */
export function keyProblem(key: KeyObject): AlgorithmProblem | undefined {
  const { modulusLength = 0, namedCurve = "" } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case "rsa":
      if (modulusLength < MIN_RSA_BITS)
        return weak(`an RSA key of ${modulusLength} bits, expected ${MIN_RSA_BITS}`);
      return modulusLength > MAX_RSA_BITS ? unsupported(`an RSA key of ${modulusLength} bits`) : undefined;
    case "ec":
      return CURVES.has(namedCurve) ? undefined : unsupported(`a key on the curve ${namedCurve}`);
    case "ed25519":
      return undefined;
    case "dsa":
      return weak("a DSA key, which FIPS 186-5 withdrew");
    default:
      return unsupported(`a key of the kind ${key.asymmetricKeyType}`);
  }
}

const KEY_TYPES = { rsa: "rsa", pss: "rsa", ecdsa: "ec", ed25519: "ed25519" } as const;

/** Whether the key made this signature over these bytes. A malformed signature is one that it did not make. */
export function isSignedBy(
  key: KeyObject,
  algorithm: SignatureAlgorithm,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (key.asymmetricKeyType !== KEY_TYPES[algorithm.kind]) return false;
  try {
    switch (algorithm.kind) {
      case "ed25519":
        return verify(null, data, key, signature);
      case "ecdsa":
        return verify(algorithm.hash, data, { key, dsaEncoding: "der" }, signature);
      case "rsa":
        return verify(algorithm.hash, data, { key, padding: constants.RSA_PKCS1_PADDING }, signature);
      case "pss": {
        const saltLength = HASH_BYTES[algorithm.hash];
        const padded = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
        return verify(algorithm.hash, data, padded, signature);
      }
    }
  } catch {
    return false;
  }
}

function problemWith(oid: string): AlgorithmProblem {
  if (WEAK.has(oid)) return weak(`the algorithm ${oid}: MD5, SHA-1 or DSA, expected SHA-256 or longer`);
  return unsupported(`the algorithm ${oid}, or its parameters`);
}

function weak(message: string): AlgorithmProblem {
  return { code: "WEAK_ALGORITHM", message };
}

function unsupported(message: string): AlgorithmProblem {
  return { code: "UNSUPPORTED_ALGORITHM", message };
}
