import { Fault } from "../fault.ts";

export type PolicyErrorCode = "INPUT_UNREADABLE" | "OUTPUT_UNWRITABLE";

/** A file of this machine that a policy command was pointed at could not be read or written. */
export class PolicyError extends Fault<PolicyErrorCode> {
  override readonly name = "PolicyError";
}
