import { setImmediate } from "node:timers/promises";

/** A few milliseconds of work. */
const WORK_PER_TURN = 256;
/** Hashing this many bytes takes about as long as finding an object. */
const BYTES_PER_WORK = 1024;

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

  /** Counts a piece of work, one for each object and for each KiB. */
  async spend(bytes = 0): Promise<void> {
    this.#signal?.throwIfAborted();
    this.#work += 1 + Math.floor(bytes / BYTES_PER_WORK);
    if (this.#work < WORK_PER_TURN) return;
    this.#work = 0;
    await setImmediate();
  }
}
