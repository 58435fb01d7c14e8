import type { Clock } from "../../../src/controller/clock.ts";

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now = 0;
  #timers: { readonly due: number; readonly call: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { due: this.#now + ms, call };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  /** When the next timer is due, counted from now. */
  get nextIn(): number | undefined {
    const [next] = this.#timers.map(({ due }) => due - this.#now).sort((a, b) => a - b);
    return next;
  }

  /** Moves on, and fires what is due by then, in the order in which it is due; lets the promises settle each time. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const due = this.#timers.filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== due);
      this.#now = Math.max(this.#now, due.due);
      due.call();
    }
    this.#now = end;
  }
}

/** Lets everything that only waits for promises come to its end. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
