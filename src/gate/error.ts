import { Fault } from "../fault.ts";

export type GateErrorCode = "POLICY_INVALID";

/** The gate cannot judge anything as it is set up; until that is mended, nothing passes. */
export class GateError extends Fault<GateErrorCode> {
  override readonly name = "GateError";
}
