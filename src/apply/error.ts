import { Fault } from "../fault.ts";

export type ApplyErrorCode = "TARGET_OCCUPIED" | "TARGET_UNWRITABLE" | "UNFAITHFUL";

/** The target could not be brought to the admitted state for certain; whichever state it holds, it holds whole. */
export class ApplyError extends Fault<ApplyErrorCode> {
  override readonly name = "ApplyError";
}
