/**
 * Aborts what waits for a server that has gone silent. It runs while something is awaited from the
 * network, and stands still while what arrived is worked on.
 */
export class IdleTimer {
  readonly #milliseconds: number;
  #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /** Begins anew, and gives the signal for one request and its answer. */
  start(): AbortSignal {
    this.#controller = new AbortController();
    this.resume();
    return this.#controller.signal;
  }

  resume(): void {
    this.stop();
    const controller = this.#controller;
    this.#timer = setTimeout(
      () => controller.abort(new DOMException("silence", "TimeoutError")),
      this.#milliseconds,
    );
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
