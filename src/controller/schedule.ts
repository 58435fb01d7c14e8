import { setTimeout as sleep } from "node:timers/promises";
import { backoff, withJitter } from "./backoff.ts";

export interface Scheduled {
  /** Milliseconds between the end of one run and the start of the next. */
  readonly interval: number;
  /** One run. A rejection is a fault: it is retried sooner than the interval, with backoff. */
  run(): Promise<void>;
}

export interface ScheduleOptions {
  readonly signal: AbortSignal;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Runs each entry again and again, never twice at the same time, until the signal aborts; then the runs end whole. */
export async function runScheduled(entries: readonly Scheduled[], options: ScheduleOptions): Promise<void> {
  await Promise.all(entries.map((entry) => runOne(entry, options)));
}

async function runOne(entry: Scheduled, { signal, random }: ScheduleOptions): Promise<void> {
  let faults = 0;
  while (!signal.aborted) {
    faults = await entry.run().then(
      () => 0,
      () => faults + 1,
    );
    const wait = withJitter(waitAfter(faults, entry.interval), random);
    await sleep(wait, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
  }
}

/** How long to wait after so many faults in a row: the interval after none, otherwise doubling from a second. */
export function waitAfter(faults: number, interval: number): number {
  return faults === 0 ? interval : backoff(faults);
}
