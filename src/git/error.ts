import { Fault } from "../fault.ts";

/**
 * Why git data could not be had. All are faults: the gate did not get to look. What it saw and will not
 * have is a {@link GitRefusalCode}.
 */
export type GitErrorCode =
  // The repository on disk
  | "NOT_A_REPOSITORY"
  | "UNSUPPORTED_REPOSITORY"
  | "BAD_REF_NAME"
  | "BAD_OID"
  | "REF_NOT_FOUND"
  /** Two tags are one version, and lead to two commits. */
  | "AMBIGUOUS_VERSION"
  | "MALFORMED_REF"
  | "NOT_A_COMMIT"
  | "WRONG_TYPE"
  | "OBJECT_MISSING"
  | "OBJECT_CORRUPT"
  /** Two objects were crafted to have one name, and this is one of them. */
  | "SHA1_COLLISION"
  | "PACK_CORRUPT"
  | "OBJECT_TOO_LARGE"
  /** Past what the strict parser takes, and so past what a walk follows. */
  | "MALFORMED_COMMIT"
  | "MALFORMED_TREE"
  | "TREE_TOO_LARGE"
  | "SHALLOW_HISTORY"
  | "HISTORY_TOO_LONG"
  | "STORAGE"
  // The server and the way to it
  | "BAD_URL"
  /** Credentials would cross a network in the clear. */
  | "INSECURE_URL"
  | "AUTHENTICATION"
  /** What would prove who is asking, or who answers, cannot be used as it is. */
  | "BAD_CREDENTIALS"
  | "HOST_KEY_UNKNOWN"
  | "HOST_KEY_CHANGED"
  | "HOST_KEY_REVOKED"
  /** The server offers nothing that is strong enough. */
  | "NO_COMMON_ALGORITHM"
  | "REPOSITORY_NOT_FOUND"
  | "EMPTY_REPOSITORY"
  | "NOT_A_GIT_SERVER"
  | "SERVER_ERROR"
  | "CONNECTION"
  | "TIMEOUT"
  | "CANCELLED"
  | "PROXY_REFUSED"
  | "REDIRECT"
  | "RESPONSE_TOO_LARGE"
  | "BAD_RESPONSE";

export class GitError extends Fault<GitErrorCode> {
  override readonly name = "GitError";
}
