import type { Refusal } from "../../refusal.ts";
import type { EvidenceProblem } from "../evidence.ts";
import type { EntryProblem } from "../statement/index.ts";
import type { TailProblem } from "../tail.ts";
import type { CheckpointProblem } from "../tlog/checkpoint.ts";

export type LogProblem =
  | CheckpointProblem
  | TailProblem
  | EntryProblem
  | EvidenceProblem
  /** A tile does not hold the hashes of the tiles below it. */
  | "TILE_MISMATCH"
  /** The log is shorter than it was when the older checkpoint was signed. */
  | "ROLLED_BACK"
  /** The older checkpoint was signed over other entries. */
  | "FORKED"
  /** An outcome of a decision that does not come before it. */
  | "DANGLING_OUTCOME"
  /** An outcome of another change, or gate, than its decision. */
  | "OUTCOME_MISMATCH"
  /** Something became of a change that was denied. */
  | "OUTCOME_OF_DENIAL"
  /** A second outcome of one decision. */
  | "DUPLICATE_OUTCOME";

/** A log with a thousand wrong entries is told about by its first hundred. */
const MAX_REPORTED = 100;

/** Collects what is wrong with a log; checking goes on, so that one look shows the extent. */
export class Report {
  readonly refusals: Refusal<LogProblem>[] = [];
  count = 0;

  add(code: LogProblem, subject: string, message: string): void {
    this.addAll([{ code, subject, message, remedy: "" }]);
  }

  addAll(refusals: readonly Refusal<LogProblem>[]): void {
    this.count += refusals.length;
    this.refusals.push(...refusals.slice(0, MAX_REPORTED - this.refusals.length));
  }
}
