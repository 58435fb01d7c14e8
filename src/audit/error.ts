import { Fault } from "../fault.ts";
import type { Judged, Refusal } from "../refusal.ts";

export type AuditErrorCode =
  /** Another process writes to this log. */
  | "LOCKED"
  /** The lease that lets this process write is not held any more. */
  | "LEASE_LOST"
  /** There is no log in the folder. */
  | "NOT_A_LOG"
  /** There is no such entry. */
  | "NOT_FOUND"
  /** What is on disk is not what was signed; the log stays closed. */
  | "TAMPERED"
  /** The log on disk is not a continuation of what its writer signed last; it stays closed. */
  | "ROLLED_BACK"
  /** The log on disk has another origin than the one asked for. */
  | "WRONG_ORIGIN"
  /** Not a name that a log can have. */
  | "MALFORMED_ORIGIN"
  | "CLOSED"
  /** Not an entry that this log could verify later. */
  | "MALFORMED_ENTRY"
  | "ENTRY_TOO_LARGE"
  /** The entry is not in the log, and may be appended again. */
  | "NOT_RECORDED"
  /** The entry may be in the log or not: read its end before deciding again. */
  | "IN_DOUBT"
  | "EVIDENCE_MISSING"
  | "EVIDENCE_MISMATCH"
  | "EVIDENCE_TOO_LARGE"
  | "MALFORMED_KEY"
  | "UNSUPPORTED_KEY"
  /** A private key that others than its owner can read, or change. */
  | "EXPOSED_KEY"
  /** A file that would be overwritten, and must not be. */
  | "EXISTS"
  | "UNREADABLE"
  | "UNWRITABLE";

export class AuditError extends Fault<AuditErrorCode> {
  override readonly name = "AuditError";
}

/** The value; TAMPERED where there is none, for callers that cannot go on without it. */
export function orTampered<T>(judged: Judged<T>): T {
  if (judged.ok) return judged.value;
  throw tampered(judged.refusals[0]);
}

export function tampered({
  code,
  subject,
  message,
}: Pick<Refusal, "code" | "subject" | "message">): AuditError {
  return new AuditError("TAMPERED", `${code} (${subject}): ${message}`, {
    remedy: "keep the folder as it is for an investigation; `sluice audit verify` says more",
  });
}
