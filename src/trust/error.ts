import { Fault } from "../fault.ts";

export type TrustErrorCode =
  | "EMPTY_TRUST"
  | "UNREADABLE_KEYS"
  | "INVALID_KEY"
  | "DUPLICATE_KEY"
  | "UNKNOWN_AUTHORITY"
  | "INVALID_AUTHORITY"
  | "DUPLICATE_AUTHORITY"
  | "INVALID_RULE"
  | "DUPLICATE_SIGNER"
  | "INCOMPLETE_RANGE";

/** Trust cannot be used as it was given, or was asked about something it was not given whole. */
export class TrustError extends Fault<TrustErrorCode> {
  override readonly name = "TrustError";
}
