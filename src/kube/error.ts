import { Fault } from "../fault.ts";

export type KubeErrorCode =
  | "UNREACHABLE"
  | "TIMEOUT"
  | "UNAUTHORIZED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "CONFLICT"
  | "EXISTS"
  | "GONE"
  | "INVALID"
  | "TOO_LARGE"
  | "TOO_MANY_REQUESTS"
  | "SERVER"
  | "PROTOCOL"
  | "NO_SUCH_KIND"
  | "CONFIG";

/** What the API server says of one field, or of one other field manager. */
export interface KubeErrorCause {
  /** A field path, as the API server writes it. */
  readonly field?: string;
  readonly message: string;
  /** `FieldManagerConflict`, `FieldValueInvalid`… */
  readonly reason?: string;
}

export interface KubeErrorDetails {
  /** The HTTP status, where the API server answered. */
  readonly status?: number | undefined;
  /** `reason` of the API server's `Status`. */
  readonly reason?: string | undefined;
  readonly causes?: readonly KubeErrorCause[];
  readonly retryAfterMs?: number | undefined;
  readonly remedy?: string;
  readonly cause?: unknown;
}

const TRANSIENT: ReadonlySet<KubeErrorCode> = new Set([
  "UNREACHABLE",
  "TIMEOUT",
  "TOO_MANY_REQUESTS",
  "SERVER",
]);

/**
 * An API server could not be asked, or said no. Holds no token, and nothing of what a Secret holds: what the server
 * says of a Secret that was sent to it is left out.
 */
export class KubeError extends Fault<KubeErrorCode> {
  override readonly name = "KubeError";
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly causes: readonly KubeErrorCause[];
  readonly retryAfterMs: number | undefined;

  constructor(code: KubeErrorCode, message: string, details: KubeErrorDetails = {}) {
    super(code, message, details);
    this.status = details.status;
    this.reason = details.reason;
    this.causes = details.causes ?? [];
    this.retryAfterMs = details.retryAfterMs;
  }

  /** Whether the same request can succeed later with nothing else changed. */
  get transient(): boolean {
    return TRANSIENT.has(this.code);
  }
}
