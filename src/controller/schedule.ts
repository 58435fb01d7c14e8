import { setTimeout as sleep } from "node:timers/promises";

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 300_000;
/** The share of a wait that is random, so that many gates do not knock at once. */
const JITTER = 0.2;

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
    const wait = waitAfter(faults, entry.interval) * (1 + JITTER * (random() - 0.5));
    await sleep(wait, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
  }
}

/** How long to wait after so many faults in a row: the interval after none, otherwise doubling from a second. */
export function waitAfter(faults: number, interval: number): number {
  if (faults === 0) return interval;
  return Math.min(FIRST_RETRY_MS * 2 ** (faults - 1), LONGEST_RETRY_MS);
}
