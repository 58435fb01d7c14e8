import { constants, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { explicit, integer, NULL, oid, sequence } from "./der.ts";

/** A key, and how it signs: `AlgorithmIdentifier` and bytes. */
export interface SigningKey {
  readonly key: KeyObject;
  /** In DER. */
  readonly algorithm: Buffer;
  /** The digest that a SignerInfo gives with it. */
  readonly hash: keyof typeof DIGEST;
  sign(data: Uint8Array): Buffer;
}

export const DIGEST = {
  sha1: "1.3.14.3.2.26",
  sha256: "2.16.840.1.101.3.4.2.1",
  sha384: "2.16.840.1.101.3.4.2.2",
  sha512: "2.16.840.1.101.3.4.2.3",
  md5: "1.2.840.113549.2.5",
} as const;

const ECDSA = { sha1: "4.1", sha256: "4.3.2", sha384: "4.3.3", sha512: "4.3.4" } as const;
const RSA = { md5: 4, sha1: 5, sha256: 11, sha384: 12, sha512: 13 } as const;

export function ecdsa(namedCurve = "P-256", hash: keyof typeof ECDSA = "sha256"): SigningKey {
  const { privateKey: key } = generateKeyPairSync("ec", { namedCurve });
  const algorithm = sequence(oid(`1.2.840.10045.${ECDSA[hash]}`));
  return { key, algorithm, hash, sign: (data) => sign(hash, data, key) };
}

export function rsa(modulusLength = 2048, hash: keyof typeof RSA = "sha256"): SigningKey {
  return rsaKey(generateKeyPairSync("rsa", { modulusLength }).privateKey, hash);
}

export function rsaKey(key: KeyObject, hash: keyof typeof RSA = "sha256"): SigningKey {
  const algorithm = sequence(oid(`1.2.840.113549.1.1.${RSA[hash]}`), NULL);
  return { key, algorithm, hash, sign: (data) => sign(hash, data, key) };
}

/** RSASSA-PSS with SHA-256; the salt is what the caller says, the mask's hash too. */
export function pss({ saltLength = 32, maskHash = "sha256" as "sha256" | "sha384" } = {}): SigningKey {
  const { privateKey: key } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const parameters = sequence(
    explicit(0, sequence(oid(DIGEST.sha256))),
    explicit(1, sequence(oid("1.2.840.113549.1.1.8"), sequence(oid(DIGEST[maskHash])))),
    explicit(2, integer(saltLength)),
  );
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return {
    key,
    algorithm: sequence(oid("1.2.840.113549.1.1.10"), parameters),
    hash: "sha256",
    sign: (data) => sign("sha256", data, { key, padding, saltLength }),
  };
}

export function ed25519(): SigningKey {
  const { privateKey: key } = generateKeyPairSync("ed25519");
  return {
    key,
    algorithm: sequence(oid("1.3.101.112")),
    hash: "sha512",
    sign: (data) => sign(null, data, key),
  };
}
