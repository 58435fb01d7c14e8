import type { DriftRecord } from "../audit/index.ts";
import type { Manifests } from "../render/index.ts";
import type { LogPosition, Recorded, Verified } from "../verified.ts";

/** What apply needs to know of an admission: the objects, and what to say of where they come from. */
export interface Admission {
  readonly gate: { readonly namespace: string; readonly name: string };
  /** The admitted commit. */
  readonly revision: string;
  readonly manifests: Verified<Manifests>;
}

/** What bringing the target to the admitted state came to, besides that. */
export interface ApplyReport {
  /** Objects that the source no longer has, and the target neither by now. */
  readonly pruned: readonly string[];
  readonly drift: readonly DriftRecord[];
}

export const NOTHING_BESIDES: ApplyReport = { pruned: [], drift: [] };

/** Where admitted manifests go. */
export interface Target {
  /**
   * Brings the target to the admitted state. Durable when it returns; safe to repeat. A directory holds the old state
   * or the new one, whatever happens. A cluster has no such thing: what the API server would reject is found
   * before the first write, but after a fault in the middle some objects are new and some old, until it is repeated.
   */
  apply(admission: Recorded<Admission>): Promise<ApplyReport>;
  /** Whether the target holds this admission now, whole and unchanged. */
  holds(admission: Recorded<Admission>): Promise<boolean>;
  /** Whether the target still is as it was left for this entry of the log, whatever that was. */
  isIntact(entry: LogPosition): Promise<boolean>;
  /** Which log entry the target says it was brought to; undefined when nothing was ever applied. */
  currentEntry(): Promise<LogPosition | undefined>;
}
