import { Fault } from "../fault.ts";

export type CellErrorCode =
  /** The call, or starting an instance, took longer than its deadline. */
  | "DEADLINE"
  /** The instance reached its memory cap. */
  | "MEMORY"
  /** The instance ended in any other way: a panic, a trap, an exit. */
  | "CRASHED"
  /** The module on disk is not the one whose digest is committed. */
  | "CORRUPT"
  /** The instance answered something that its operations never answer. */
  | "PROTOCOL"
  /** The cell was closed. */
  | "CLOSED";

/** The cell could not do its work: nothing is said about the input, and nothing may pass. */
export class CellError extends Fault<CellErrorCode> {
  override readonly name = "CellError";
}
