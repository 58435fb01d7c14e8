import type { EvaluationAnswer, EvaluationRequest } from "./messages.ts";
import { Seat } from "./seat.ts";

/** A fixed number of seats; evaluations wait for a free one in the order in which they came. */
export class Pool {
  readonly #seats: readonly Seat[];
  readonly #free: Seat[];
  readonly #waiting: ((seat: Seat) => void)[] = [];
  #closed = false;

  constructor(workers: number) {
    this.#seats = Array.from({ length: workers }, () => new Seat());
    this.#free = [...this.#seats];
  }

  async evaluate(request: EvaluationRequest, deadlineMs: number): Promise<EvaluationAnswer> {
    const seat = this.#free.pop() ?? (await new Promise<Seat>((resolve) => this.#waiting.push(resolve)));
    try {
      if (this.#closed) return { ok: false, code: "POLICY_CRASHED", message: "the engine is closed" };
      return await seat.evaluate(request, deadlineMs);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(seat);
      else next(seat);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#seats.map((seat) => seat.close()));
  }
}
