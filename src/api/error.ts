import { Fault } from "../fault.ts";

export type ResourceErrorCode =
  | "UNREADABLE"
  | "TOO_LARGE"
  | "NOT_YAML"
  | "INVALID_RESOURCE"
  | "DUPLICATE_RESOURCE"
  | "MISSING_RESOURCE"
  /** Nobody whose rights bound what a gate may apply. */
  | "NO_SERVICE_ACCOUNT";

/** What the operator wrote cannot be used; the message names file, line and field, every problem of a file at once. */
export class ResourceError extends Fault<ResourceErrorCode> {
  override readonly name = "ResourceError";
}
