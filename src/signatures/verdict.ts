import type { SigstoreCode } from "./sigstore/verdict.ts";
import type { X509Code } from "./x509/verdict.ts";

/** `x509` is CMS by gpgsm or smimesign; `gitsign` is CMS by gitsign, whose certificates are Fulcio's. */
export type Scheme = "ssh" | "openpgp" | "x509" | "gitsign";

/**
 * Why a signature does not count. Closed: dashboards, tests and policies rely on these words. Those that only
 * CMS signatures have are described in x509/verdict.ts and sigstore/verdict.ts; a word means the same in all schemes.
 *
 * - `UNSIGNED`: the commit carries no signature.
 * - `MALFORMED_SIGNATURE`: not one signature in canonical form (none, several, trailing bytes, bad base64…).
 * - `UNSUPPORTED_SCHEME`: armor of a kind that is not verified here (PGP MESSAGE…).
 * - `UNSUPPORTED_ALGORITHM`: a key type, curve, hash or version outside the list.
 * - `WEAK_ALGORITHM`: known and broken, or too short: MD5, SHA-1, RIPEMD-160, DSA, RSA under 2048 bits.
 * - `WRONG_NAMESPACE`: an SSH signature made for something other than git.
 * - `UNKNOWN_KEY`: no trusted key is the one that the signature names.
 * - `BAD_SIGNATURE`: the trusted key that it names did not make it over these bytes.
 * - `USER_PRESENCE_MISSING`: a security key signed without a touch.
 * - `KEY_NOT_FOR_SIGNING`: the OpenPGP key's own flags do not allow it to sign data.
 * - `KEY_INVALID`: the OpenPGP key has no acceptable self-signature that says what it is for.
 * - `KEY_NOT_YET_VALID`, `KEY_EXPIRED`, `KEY_REVOKED`: the key, at the time claimed or when it is judged.
 * - `SIGNATURE_EXPIRED`, `SIGNATURE_IN_FUTURE`: the signature itself, by its own hashed times.
 * - `UNKNOWN_AUTHORITY`: no trusted authority made the SSH certificate that signed.
 * - `CERTIFICATE_INVALID`: the authority that it names did not make it, or not for people.
 * - `CERTIFICATE_RESTRICTED`: it has critical options, which nobody enforces on a signature.
 * - `PRINCIPAL_NOT_ALLOWED`: the certificate (SSH, X.509 or Fulcio's) names nobody whom its authority is trusted to name.
 */
export type SignatureCode =
  | "UNSIGNED"
  | "MALFORMED_SIGNATURE"
  | "UNSUPPORTED_SCHEME"
  | "UNSUPPORTED_ALGORITHM"
  | "WEAK_ALGORITHM"
  | "WRONG_NAMESPACE"
  | "UNKNOWN_KEY"
  | "BAD_SIGNATURE"
  | "USER_PRESENCE_MISSING"
  | "KEY_NOT_FOR_SIGNING"
  | "KEY_INVALID"
  | "KEY_NOT_YET_VALID"
  | "KEY_EXPIRED"
  | "KEY_REVOKED"
  | "SIGNATURE_EXPIRED"
  | "SIGNATURE_IN_FUTURE"
  | "UNKNOWN_AUTHORITY"
  | "CERTIFICATE_INVALID"
  | "CERTIFICATE_RESTRICTED"
  | "PRINCIPAL_NOT_ALLOWED"
  | X509Code
  | SigstoreCode;

export interface GoodSignature {
  readonly ok: true;
  readonly scheme: Scheme;
  /**
   * What signed: `SHA256:…` as ssh-keygen prints a key, the OpenPGP (sub)key's fingerprint, the SHA-256 of an X.509
   * certificate; of gitsign, whose keys live for minutes, the identity and who vouches for it.
   */
  readonly key: string;
  /**
   * What of the keyring this goes back to: for OpenPGP the primary key, for SSH the same key or the authority, for
   * X.509 the root's fingerprint, for gitsign the identity as `identityKey` writes it.
   */
  readonly trustedKey: string;
  /** When the signature says it was made; SSH signatures do not say. */
  readonly signedAt: number | undefined;
  /** When a trusted log took it in. The signer could not choose it, so it stands for every time that they claim. */
  readonly loggedAt?: number;
  /** What the certificate says, where an authority made the key count. Whether that is enough is for trust to judge. */
  readonly certified?: Certified;
}

export interface Certified {
  /** Those of the keyring that vouch: an SSH authority's fingerprint, or the names of authorities for X.509. */
  readonly authorities: readonly string[];
  /** Whom the certificate names: principals, or addresses. */
  readonly names: readonly string[];
  /** The window is [validAfter, validBefore). */
  readonly validAfter: number;
  readonly validBefore: number;
  /** The distinguished name of an X.509 certificate, for showing. */
  readonly subject?: string;
  /** The signer's, then others that came with it or lead to what is trusted; as they came, of X.509 in DER. */
  readonly certificates: readonly Uint8Array[];
}

export interface RefusedSignature {
  readonly ok: false;
  readonly code: SignatureCode;
  readonly scheme: Scheme | null;
  /** The key or identity that the signature *names*; nothing is proven about it. */
  readonly key: string | null;
  readonly message: string;
}

export type SignatureVerdict = GoodSignature | RefusedSignature;

export function refuseSignature(
  scheme: Scheme | null,
  code: SignatureCode,
  message: string,
  key: string | null = null,
): RefusedSignature {
  return { ok: false, code, scheme, key, message };
}
