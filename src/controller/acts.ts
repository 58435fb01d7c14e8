import type { Clock } from "./clock.ts";
import { ControllerError } from "./error.ts";

/**
 * Whatever changes something outside goes through here: it is done only while this process may act, and whoever ends
 * the process can wait for what was begun.
 */
export class Acts {
  readonly #lease: { isHeld(): boolean };
  readonly #clock: Clock;
  readonly #quiet = Promise.withResolvers<void>();
  #begun = 0;
  #stopped = false;

  constructor(lease: { isHeld(): boolean }, clock: Clock) {
    this.#lease = lease;
    this.#clock = clock;
  }

  /** Whether an act may begin now. */
  get allowed(): boolean {
    return !this.#stopped && this.#lease.isHeld();
  }

  /** Rejects with LEASE_LOST, and does nothing, where it may not begin. */
  async run<T>(act: () => Promise<T>): Promise<T> {
    if (!this.allowed) throw new ControllerError("LEASE_LOST", "this replica may not act any more");
    this.#begun += 1;
    try {
      return await act();
    } finally {
      this.#begun -= 1;
      if (this.#stopped && this.#begun === 0) this.#quiet.resolve();
    }
  }

  /** Lets nothing begin any more: what is being judged ends before it acts. */
  forbid(): void {
    this.#stopped = true;
  }

  /** After {@link forbid}: true when nothing is under way any more, within so many milliseconds. */
  async settle(within: number): Promise<boolean> {
    if (this.#begun === 0) return true;
    const late = Promise.withResolvers<void>();
    const cancel = this.#clock.after(within, late.resolve);
    await Promise.race([this.#quiet.promise, late.promise]);
    cancel();
    return this.#begun === 0;
  }
}
