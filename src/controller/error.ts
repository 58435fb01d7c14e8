import { Fault } from "../fault.ts";

export type ControllerErrorCode =
  /** This process may not act any more: another one does, or will. */
  | "LEASE_LOST"
  /** What a run was based on changed before it came to act. */
  | "OUTDATED"
  /** What a gate has applied is not known any more. */
  | "INVENTORY_UNREADABLE";

/** A run that ends here leaves everything as it is. */
export class ControllerError extends Fault<ControllerErrorCode> {
  override readonly name = "ControllerError";
}
