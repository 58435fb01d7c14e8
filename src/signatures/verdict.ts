import type { SshCertificate } from "./ssh/certificate.ts";

export type Scheme = "ssh" | "openpgp";

/**
 * Why a signature does not count. Closed: dashboards, tests and policies rely on these words.
 *
 * - `UNSIGNED`: the commit carries no signature.
 * - `MALFORMED_SIGNATURE`: not one signature in canonical form (none, several, trailing bytes, bad base64…).
 * - `UNSUPPORTED_SCHEME`: armor of a kind that is not verified here (X.509, PGP MESSAGE…).
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
 * - `PRINCIPAL_NOT_ALLOWED`: it names nobody whom the authority is trusted to name.
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
  | "PRINCIPAL_NOT_ALLOWED";

export interface GoodSignature {
  readonly ok: true;
  readonly scheme: Scheme;
  /** The key that signed: `SHA256:…` as ssh-keygen prints it, or the OpenPGP (sub)key's fingerprint. */
  readonly key: string;
  /** The key in the keyring that this goes back to: for OpenPGP the primary key, for SSH the same or the authority. */
  readonly trustedKey: string;
  /** When the signature says it was made; SSH signatures do not say. */
  readonly signedAt: number | undefined;
  /** What made the key count, where that is an authority; whom it names and when is for trust to judge. */
  readonly certificate?: SshCertificate;
}

export interface RefusedSignature {
  readonly ok: false;
  readonly code: SignatureCode;
  readonly scheme: Scheme | null;
  /** The key that the signature *names*; nothing is proven about it. */
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
