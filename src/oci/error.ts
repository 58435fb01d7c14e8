import { Fault } from "../fault.ts";

export type RegistryErrorCode =
  | "UNREACHABLE"
  | "TIMEOUT"
  | "RATE_LIMITED"
  | "UNAUTHORIZED"
  | "CREDENTIALS_WITHHELD"
  | "CREDENTIALS_UNREADABLE"
  | "CREDENTIAL_HELPER"
  | "NOT_FOUND"
  | "UNEXPECTED_STATUS"
  | "MALFORMED_RESPONSE"
  | "DIGEST_MISMATCH"
  | "TOO_LARGE"
  | "TOO_MANY_REDIRECTS"
  | "UNSAFE_REDIRECT"
  | "TOO_MANY_REFERRERS";

/** A registry could not be asked, or its answer cannot be relied on. Holds no credential and no token. */
export class RegistryError extends Fault<RegistryErrorCode> {
  override readonly name = "RegistryError";
}
