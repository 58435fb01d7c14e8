import { THREAD_PATIENCE_MS } from "./limits.ts";
import type { EvaluationAnswer, EvaluationRequest } from "./messages.ts";
import { Seat } from "./seat.ts";

/** What a pool needs of a {@link Seat}. */
type Evaluator = Pick<Seat, "evaluate" | "close">;

/**
 * A number of seats; evaluations wait for a free one in the order in which they came. A thread costs memory, and most
 * evaluations take a millisecond: a further seat is taken only where those in use keep somebody waiting.
 */
export class Pool {
  readonly #seats: readonly Evaluator[];
  /** Never used: their threads are not started. */
  readonly #spare: Evaluator[];
  readonly #free: Evaluator[] = [];
  readonly #waiting: ((seat: Evaluator) => void)[] = [];
  #closed = false;

  constructor(size: number, open: () => Evaluator = () => new Seat()) {
    this.#seats = Array.from({ length: size }, open);
    this.#spare = [...this.#seats];
  }

  async evaluate(request: EvaluationRequest, deadlineMs: number): Promise<EvaluationAnswer> {
    const seat = this.#takeFree() ?? (await this.#wait());
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

  #takeFree(): Evaluator | undefined {
    const isFirst = this.#spare.length === this.#seats.length;
    return this.#free.pop() ?? (isFirst ? this.#spare.pop() : undefined);
  }

  async #wait(): Promise<Evaluator> {
    const { promise, resolve } = Promise.withResolvers<Evaluator>();
    this.#waiting.push(resolve);
    const patience = setTimeout(() => {
      const place = this.#waiting.indexOf(resolve);
      const seat = place === -1 ? undefined : this.#spare.pop();
      if (seat === undefined) return;
      this.#waiting.splice(place, 1);
      resolve(seat);
    }, THREAD_PATIENCE_MS);
    try {
      return await promise;
    } finally {
      clearTimeout(patience);
    }
  }
}
