import { Fault } from "../fault.ts";

export type GateErrorCode =
  | "POLICY_INVALID"
  /** A submodule's trust does not say where it begins. */
  | "SUBMODULE_TRUST"
  /** The target was brought to a decision that the log does not hold: the log was cut back, or is another one. */
  | "LOG_BEHIND_TARGET";

/** The gate cannot judge anything as it is set up; until that is mended, nothing passes. */
export class GateError extends Fault<GateErrorCode> {
  override readonly name = "GateError";
}
