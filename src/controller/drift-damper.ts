import { backoff } from "./backoff.ts";
import type { Clock } from "./clock.ts";

/** Without drift for as long, the next is put back at once again. */
const QUIET_MS = 60_000;

interface Corrections {
  /** When the last one began, or will, by the clock. */
  readonly at: number;
  /** How many followed each other. */
  readonly count: number;
}

/**
 * When drift is put back: at once, and where it comes again and again, at longer and longer pauses. Each correction is a
 * decision in the log, so whoever may write one field of one object could else fill it. One correction puts
 * everything back that a gate has.
 */
export class DriftDamper {
  readonly #clock: Pick<Clock, "now">;
  readonly #corrections = new Map<string, Corrections>();

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** Milliseconds until the correction for what was just seen; several may wait for the same one. */
  delayFor(gate: string): number {
    const now = this.#clock.now();
    const last = this.#corrections.get(gate);
    if (last !== undefined && now <= last.at) return last.at - now;
    const next = last === undefined || isQuiet(last, now) ? { at: now, count: 1 } : following(last, now);
    this.#corrections.set(gate, next);
    return next.at - now;
  }

  /** The gate is gone. */
  forget(gate: string): void {
    this.#corrections.delete(gate);
  }
}

function following({ at, count }: Corrections, now: number): Corrections {
  return { at: Math.max(now, at + backoff(count)), count: count + 1 };
}

function isQuiet({ at, count }: Corrections, now: number): boolean {
  return now - at > Math.max(QUIET_MS, 2 * backoff(count));
}
