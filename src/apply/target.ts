import type { Manifests } from "../render/index.ts";
import type { LogPosition, Recorded, Verified } from "../verified.ts";

/** What apply needs to know of an admission: the objects, and what to say of where they come from. */
export interface Admission {
  readonly gate: { readonly namespace: string; readonly name: string };
  /** The admitted commit. */
  readonly revision: string;
  readonly manifests: Verified<Manifests>;
}

/** Where admitted manifests go. */
export interface Target {
  /**
   * Brings the target to the admitted state: to all of it or to none of it, never to a part. Durable when it
   * returns; safe to repeat. After an {@link ApplyError} the target may hold either state.
   */
  apply(admission: Recorded<Admission>): Promise<void>;
  /** Whether the target holds this admission now, to the byte. */
  holds(admission: Recorded<Admission>): Promise<boolean>;
  /** Which log entry the target says it was brought to; undefined when nothing was ever applied. */
  currentEntry(): Promise<LogPosition | undefined>;
}
