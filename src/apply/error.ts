import { Fault } from "../fault.ts";

export type TargetErrorCode =
  | "TARGET_OCCUPIED"
  | "TARGET_UNWRITABLE"
  | "UNFAITHFUL"
  /** The gate's objects are in another cluster than its target is now. */
  | "TARGET_MOVED"
  /** A rule about when objects are ready does not compile. */
  | "BAD_HEALTH_CHECK";

/** Why a cluster does not take an object. */
export type RejectionCode =
  /** The API server says that it is not valid. */
  | "REJECTED"
  /** Other field managers own fields of it, and the gate does not take them by force. */
  | "CONFLICT"
  /** A field of it cannot be changed once it is there. */
  | "IMMUTABLE"
  /** The identity that the gate acts as may not write it. */
  | "FORBIDDEN"
  /** The cluster knows no such kind. */
  | "UNKNOWN_KIND"
  /** The kind has a namespace and the object has none, or the other way round. */
  | "SCOPE_MISMATCH"
  /** It belongs to another gate. */
  | "OWNED_BY_OTHER"
  /** Its namespace is missing, or being deleted. */
  | "NO_NAMESPACE"
  /** A CustomResourceDefinition that was applied is not served. */
  | "NOT_ESTABLISHED";

export type ApplyErrorCode = TargetErrorCode | RejectionCode;

/** One object that a cluster does not take. */
export interface Rejection {
  readonly code: RejectionCode;
  /** As `apps/v1 Deployment payments/api`. */
  readonly subject: string;
  readonly message: string;
  readonly remedy: string;
}

/** The target could not be brought to the admitted state for certain; a directory still holds one state whole. */
export class ApplyError extends Fault<ApplyErrorCode> {
  override readonly name = "ApplyError";
  /** Each object that was not taken; empty for a directory. */
  readonly rejections: readonly Rejection[];

  constructor(
    code: ApplyErrorCode,
    message: string,
    options: { remedy?: string; cause?: unknown; rejections?: readonly Rejection[] } = {},
  ) {
    super(code, message, options);
    this.rejections = options.rejections ?? [];
  }
}
