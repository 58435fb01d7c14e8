import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { THREAD_PATIENCE_MS } from "./limits.ts";
import type { EvaluationAnswer, EvaluationRequest } from "./messages.ts";
import { Pool } from "./pool.ts";

const REQUEST = {} as EvaluationRequest;
const ANSWER: EvaluationAnswer = { ok: false, code: "POLICY_CRASHED", message: "" };

/** A pool whose seats answer when the test says so. */
class Bench {
  /** Of each seat, how often it was used, in the order of their first use. */
  readonly used: number[] = [];
  readonly #answers: (() => void)[] = [];
  closed = 0;
  readonly pool = new Pool(3, () => this.#openSeat());

  #openSeat() {
    let place: number | undefined;
    return {
      evaluate: () => {
        place ??= this.used.push(0) - 1;
        this.used[place] = (this.used[place] ?? 0) + 1;
        return new Promise<EvaluationAnswer>((resolve) => this.#answers.push(() => resolve(ANSWER)));
      },
      close: async () => {
        this.closed += 1;
      },
    };
  }

  evaluate(): Promise<EvaluationAnswer> {
    return this.pool.evaluate(REQUEST, 1_000);
  }

  /** Lets the evaluation that has taken longest end, and those that wait for it begin. */
  async answer(): Promise<void> {
    this.#answers.shift()?.();
    await sleep(0);
  }
}

describe("a pool", () => {
  it("takes one seat as long as that keeps nobody waiting for long", async () => {
    const bench = new Bench();
    const all = [bench.evaluate(), bench.evaluate(), bench.evaluate()];
    for (const _ of all) await bench.answer();
    await Promise.all(all);
    expect(bench.used).toEqual([3]);
  });

  it("takes a further one, up to all, where those in use do", async () => {
    const bench = new Bench();
    const all = Array.from({ length: 5 }, () => bench.evaluate());
    await sleep(2 * THREAD_PATIENCE_MS);
    expect(bench.used).toEqual([1, 1, 1]);
    for (const _ of all) await bench.answer();
    await Promise.all(all);
    expect(bench.used.reduce((sum, times) => sum + times)).toBe(5);
  });

  it("answers those who wait when it is closed, and closes every seat", async () => {
    const bench = new Bench();
    const [first, second] = [bench.evaluate(), bench.evaluate()];
    await bench.pool.close();
    await bench.answer();
    expect(await Promise.all([first, second])).toEqual([ANSWER, expect.objectContaining({ ok: false })]);
    expect([bench.used, bench.closed]).toEqual([[1], 3]);
  });
});
