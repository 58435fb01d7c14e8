import { type AnyKeyPacket, config, enums } from "openpgp";

/** Why an algorithm is not accepted; the words are those of the signature codes. */
export interface Weakness {
  readonly code: "WEAK_ALGORITHM" | "UNSUPPORTED_ALGORITHM";
  readonly message: string;
}

const MIN_RSA_BITS = 2048;

const STRONG_HASHES: ReadonlySet<number> = new Set([
  enums.hash.sha256,
  enums.hash.sha384,
  enums.hash.sha512,
  enums.hash.sha3_256,
  enums.hash.sha3_512,
]);

/** Broken: no collision of theirs may stand for a commit, or for what a key says of itself. */
const WEAK_HASHES: ReadonlySet<number> = new Set([enums.hash.md5, enums.hash.sha1, enums.hash.ripemd]);

export function hashWeakness(hash: number | null): Weakness | undefined {
  if (hash !== null && STRONG_HASHES.has(hash)) return undefined;
  if (hash !== null && WEAK_HASHES.has(hash)) {
    return {
      code: "WEAK_ALGORITHM",
      message: "a signature over MD5, SHA-1 or RIPEMD-160, expected SHA-2 or SHA-3",
    };
  }
  return { code: "UNSUPPORTED_ALGORITHM", message: `hash algorithm ${hash}, expected SHA-256 or longer` };
}

/** Not the brainpool curves: under Node the library asks for a module that it does not bring. */
const CURVES: ReadonlySet<string> = new Set([
  enums.curve.ed25519Legacy,
  enums.curve.nistP256,
  enums.curve.nistP384,
  enums.curve.nistP521,
]);

/** What is wrong with a key as one that signs: its kind, its size or its curve. */
export function keyWeakness(key: AnyKeyPacket): Weakness | undefined {
  const { bits = 0, curve = "", algorithm } = key.getAlgorithmInfo();
  switch (key.algorithm) {
    case enums.publicKey.rsaEncryptSign:
    case enums.publicKey.rsaSign:
      return bits < MIN_RSA_BITS
        ? { code: "WEAK_ALGORITHM", message: `an RSA key of ${bits} bits, expected ${MIN_RSA_BITS} or more` }
        : undefined;
    case enums.publicKey.dsa:
      return { code: "WEAK_ALGORITHM", message: "a DSA key, which FIPS 186-5 withdrew" };
    case enums.publicKey.ecdsa:
    case enums.publicKey.eddsaLegacy:
      return CURVES.has(curve)
        ? undefined
        : { code: "UNSUPPORTED_ALGORITHM", message: `a key on the curve ${curve}` };
    case enums.publicKey.ed25519:
    case enums.publicKey.ed448:
      return undefined;
    default:
      return {
        code: "UNSUPPORTED_ALGORITHM",
        message: `a key of the kind ${algorithm}, which does not sign`,
      };
  }
}

/**
 * The library checks hashes once more on its own. Times are not its business: every call passes a
 * signature's own creation time, and {@link judgeKey} decides.
 */
export const libraryConfig = {
  ...config,
  minRSABits: MIN_RSA_BITS,
  knownNotations: [],
  rejectHashAlgorithms: new Set([enums.hash.md5, enums.hash.sha1, enums.hash.ripemd]),
};
