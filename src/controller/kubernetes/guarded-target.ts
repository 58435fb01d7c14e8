import type { Admission, ApplyReport, Target } from "../../apply/index.ts";
import type { LogPosition, Recorded } from "../../verified.ts";

/** A target as the controller uses it. */
export interface GateTarget extends Target {
  /** Whether what was applied works; undefined where nobody asked for that. */
  health?(admission: Recorded<Admission>): Promise<TargetHealth | undefined>;
  /** The objects that are not as they were applied. */
  drifted?(): Promise<readonly string[]>;
  /** Takes away, or lets go of, all that the gate has there; gives what was deleted. Safe to repeat. */
  remove(policy: "prune" | "orphan"): Promise<readonly string[]>;
}

export interface TargetHealth {
  readonly status: "Current" | "InProgress" | "Failed" | "Terminating" | "NotFound" | "Unknown";
  readonly message: string;
}

/** Does an act, or rejects and does nothing where it may not be done any more. */
export type Guard = <T>(act: () => Promise<T>) => Promise<T>;

/**
 * Asks before each act whether it may still be done: between judging and applying, the Lease may be lost, and the gate or
 * its trust may be changed or deleted. Remembers the admission that stands, for whoever asks after its health.
 */
export class GuardedTarget implements Target {
  readonly #target: GateTarget;
  readonly #guard: Guard;
  #standing: Recorded<Admission> | undefined;

  constructor(target: GateTarget, guard: Guard) {
    this.#target = target;
    this.#guard = guard;
  }

  async apply(admission: Recorded<Admission>): Promise<ApplyReport> {
    const report = await this.#guard(() => this.#target.apply(admission));
    this.#standing = admission;
    return report;
  }

  async holds(admission: Recorded<Admission>): Promise<boolean> {
    const holds = await this.#target.holds(admission);
    if (holds) this.#standing = admission;
    return holds;
  }

  isIntact(entry: LogPosition): Promise<boolean> {
    return this.#target.isIntact(entry);
  }

  currentEntry(): Promise<LogPosition | undefined> {
    return this.#target.currentEntry();
  }

  async drifted(): Promise<readonly string[]> {
    return (await this.#target.drifted?.()) ?? [];
  }

  /** Of the admission that was applied or found in place; undefined where there is none, or nothing runs. */
  async health(): Promise<TargetHealth | undefined> {
    if (this.#standing === undefined) return undefined;
    return this.#target.health?.(this.#standing);
  }
}
