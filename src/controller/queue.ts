import { backoff, withJitter } from "./backoff.ts";
import type { Clock } from "./clock.ts";

/** When a key is to run again, unless it is asked for before. */
export type Next =
  /** It went well; look again after so many milliseconds. */
  | { readonly kind: "later"; readonly after: number }
  /** It did not; with backoff, but within so many milliseconds. A run that rejects counts as this, without bound. */
  | { readonly kind: "retry"; readonly within?: number }
  /** Only when it is asked for. */
  | { readonly kind: "wait" };

export interface QueueOptions {
  /** How many keys may run at the same time. */
  readonly concurrency: number;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** `askedAt` is the last moment at which somebody asked for this run, by the queue's clock. */
export type RunKey = (key: string, askedAt: number) => Promise<Next>;

interface Timer {
  readonly due: number;
  readonly cancel: () => void;
}

/**
 * Work by key. A key that is asked for many times before its turn runs once; one that is asked for while it runs
 * runs once more afterwards, since what it read may be old by then; and no key ever runs twice at the same time.
 * Keys run in the order in which they were first asked for.
 */
export class WorkQueue {
  readonly #run: RunKey;
  readonly #options: QueueOptions;
  /** What waits for its turn, and when it was last asked for. */
  readonly #waiting = new Map<string, number>();
  /** What runs, and when it was last asked for since it began. */
  readonly #running = new Map<string, number | undefined>();
  readonly #timers = new Map<string, Timer>();
  readonly #faults = new Map<string, number>();
  readonly #drained = Promise.withResolvers<void>();
  #stopped = false;

  constructor(run: RunKey, options: QueueOptions) {
    this.#run = run;
    this.#options = options;
  }

  /** Keys that wait for their turn. */
  get depth(): number {
    return this.#waiting.size;
  }

  get running(): number {
    return this.#running.size;
  }

  add(key: string): void {
    if (this.#stopped) return;
    const asked = this.#running.has(key) ? this.#running : this.#waiting;
    asked.set(key, this.#options.clock.now());
    this.#startWaiting();
  }

  /** Asks for a key at a later moment. Of several moments the earliest counts, and a run that begins before takes its place. */
  addAfter(key: string, ms: number): void {
    if (this.#stopped) return;
    const { clock } = this.#options;
    const due = clock.now() + ms;
    const known = this.#timers.get(key);
    if (known !== undefined && known.due <= due) return;
    known?.cancel();
    const cancel = clock.after(ms, () => {
      this.#timers.delete(key);
      this.add(key);
    });
    this.#timers.set(key, { due, cancel });
  }

  /** Drops what is planned for a key, and its count of faults. A run that has begun goes on. */
  forget(key: string): void {
    this.#waiting.delete(key);
    this.#faults.delete(key);
    this.#cancelTimer(key);
  }

  /** Begins nothing any more, and waits for what runs: true when all of it ended within so many milliseconds. */
  async drain(within: number): Promise<boolean> {
    this.#stopped = true;
    this.#waiting.clear();
    for (const key of [...this.#timers.keys()]) this.#cancelTimer(key);
    if (this.#running.size === 0) return true;
    const late = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(within, late.resolve);
    await Promise.race([this.#drained.promise, late.promise]);
    cancel();
    return this.#running.size === 0;
  }

  #startWaiting(): void {
    for (const [key, askedAt] of this.#waiting) {
      if (this.#running.size >= this.#options.concurrency) return;
      this.#waiting.delete(key);
      this.#cancelTimer(key);
      this.#running.set(key, undefined);
      void this.#execute(key, askedAt);
    }
  }

  async #execute(key: string, askedAt: number): Promise<void> {
    const next = await this.#run(key, askedAt).catch((): Next => ({ kind: "retry" }));
    const askedAgain = this.#running.get(key);
    this.#running.delete(key);
    if (this.#stopped) {
      if (this.#running.size === 0) this.#drained.resolve();
      return;
    }
    this.#plan(key, next);
    if (askedAgain !== undefined) this.#waiting.set(key, askedAgain);
    this.#startWaiting();
  }

  #plan(key: string, next: Next): void {
    const { random } = this.#options;
    if (next.kind === "retry") {
      const faults = (this.#faults.get(key) ?? 0) + 1;
      this.#faults.set(key, faults);
      this.addAfter(key, withJitter(backoff(faults, next.within), random));
      return;
    }
    this.#faults.delete(key);
    if (next.kind === "later") this.addAfter(key, withJitter(next.after, random));
  }

  #cancelTimer(key: string): void {
    this.#timers.get(key)?.cancel();
    this.#timers.delete(key);
  }
}
