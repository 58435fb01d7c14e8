import type { CmsCode } from "../x509/verdict.ts";

/**
 * Why a signature by gitsign does not count; words that X.509 signatures have too mean the same here.
 *
 * - `IDENTITY_MISSING`: the certificate does not say, once and in a form that is compared, who signed and which
 *   provider said so.
 * - `NOT_LOGGED`: no log entry came with the signature, so nobody but the signer says when it was made.
 * - `LOG_ENTRY_INVALID`: the entry is malformed, is not about this signature, or no trusted log vouches for it.
 * - `CERTIFICATE_UNTRUSTED`: no authority of the root issued the certificate at that time, or no trusted
 *   certificate log has it.
 * - `KEY_NOT_YET_VALID`, `KEY_EXPIRED`: the certificate, at the time of logging.
 * - `SIGNATURE_IN_FUTURE`: logged at a time to come.
 */
export type SigstoreCode =
  | CmsCode
  | "IDENTITY_MISSING"
  | "NOT_LOGGED"
  | "LOG_ENTRY_INVALID"
  | "CERTIFICATE_UNTRUSTED"
  | "CERTIFICATE_UNSUPPORTED"
  | "KEY_NOT_FOR_SIGNING"
  | "KEY_NOT_YET_VALID"
  | "KEY_EXPIRED"
  | "SIGNATURE_IN_FUTURE";

export interface SigstoreProblem {
  readonly code: SigstoreCode;
  readonly message: string;
}

export function problem(code: SigstoreCode, message: string): SigstoreProblem {
  return { code, message };
}
