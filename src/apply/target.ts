import type { Manifests } from "../render/index.ts";
import type { LogPosition, Recorded, Verified } from "../verified.ts";

/** What apply needs to know of an admission: the objects, and what to say of where they come from. */
export interface Admission {
  readonly gate: { readonly namespace: string; readonly name: string };
  /** The admitted commit. */
  readonly revision: string;
  readonly manifests: Verified<Manifests>;
}

/** Something that an admitted object had become before it was put back. Holds no values. */
export interface DriftNote {
  /** As `apps/v1 Deployment payments/api`. */
  readonly object: string;
  /** `missing`: it was gone. `replaced`: made anew by somebody. `changed`: fields of ours. `added`: fields of others. */
  readonly what: "missing" | "replaced" | "changed" | "added";
  /** As `spec.replicas`; empty where the whole object is meant. */
  readonly fields: readonly string[];
  /** Field managers that own these fields instead. */
  readonly managers: readonly string[];
}

/** What bringing the target to the admitted state came to, besides that. */
export interface ApplyReport {
  /** Objects that the source no longer has, and the target neither by now. */
  readonly pruned: readonly string[];
  readonly drift: readonly DriftNote[];
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
  /** Which log entry the target says it was brought to; undefined when nothing was ever applied. */
  currentEntry(): Promise<LogPosition | undefined>;
}
