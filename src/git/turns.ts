import { setImmediate } from "node:timers/promises";

/** About a millisecond of work. */
const WORK_PER_TURN = 256;

/**
 * Objects are read synchronously, some ten microseconds each. Between them the event loop gets its turns,
 * and whoever gave up on the work is heard.
 */
export class Turns {
  readonly #signal: AbortSignal | undefined;
  #work = 0;

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** Counts a piece of work, one for each object and for each 16 KiB. */
  async spend(bytes = 0): Promise<void> {
    this.#signal?.throwIfAborted();
    this.#work += 1 + (bytes >> 14);
    if (this.#work < WORK_PER_TURN) return;
    this.#work = 0;
    await setImmediate();
  }
}
