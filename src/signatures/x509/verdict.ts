/**
 * Why an X.509 signature does not count. Where a word is one that other schemes use, it means the same:
 * here the key is the signer's certificate, or an authority's between it and the root.
 *
 * - `MALFORMED_SIGNATURE`: not one detached CMS signature with one signer (none, several, BER, a certificate
 *   that cannot be read, no signed attributes…).
 * - `CERTIFICATE_MISSING`: the certificate that the SignerInfo names is not in the signature.
 * - `UNSUPPORTED_ALGORITHM`, `WEAK_ALGORITHM`: of the signature, of a certificate's, or of a key.
 * - `BAD_SIGNATURE`: the named certificate's key did not make it over these bytes.
 * - `SIGNATURE_IN_FUTURE`: it claims a time that clocks out of step do not explain.
 * - `CERTIFICATE_UNTRUSTED`: no chain leads from the certificate to a given root.
 * - `CERTIFICATE_UNSUPPORTED`: a certificate of the chain has name constraints, or a critical extension that
 *   is not understood here.
 * - `KEY_NOT_FOR_SIGNING`: the certificate is for something other than signing, or an authority's is not
 *   for certificates, or for a chain this long.
 * - `KEY_NOT_YET_VALID`, `KEY_EXPIRED`: a certificate of the chain, at the time claimed or when it is judged.
 * - `KEY_REVOKED`: a certificate of the chain is on its issuer's revocation list.
 * - `REVOCATION_UNKNOWN`: the issuer's lists that were given are not its own, or out of date.
 */
export type X509Code =
  | CmsCode
  | "SIGNATURE_IN_FUTURE"
  | "CERTIFICATE_UNTRUSTED"
  | "CERTIFICATE_UNSUPPORTED"
  | "KEY_NOT_FOR_SIGNING"
  | "KEY_NOT_YET_VALID"
  | "KEY_EXPIRED"
  | "KEY_REVOKED"
  | "REVOCATION_UNKNOWN";

/** What can be said before anybody is trusted. */
export type CmsCode =
  | "MALFORMED_SIGNATURE"
  | "CERTIFICATE_MISSING"
  | "UNSUPPORTED_ALGORITHM"
  | "WEAK_ALGORITHM"
  | "BAD_SIGNATURE";

export interface X509Problem<Code extends X509Code = X509Code> {
  readonly code: Code;
  readonly message: string;
}

export function problem<Code extends X509Code>(code: Code, message: string): X509Problem<Code> {
  return { code, message };
}
