import { describe, expect, it } from "vitest";
import { SharedAnswers } from "./shared-answers.ts";

/** A server that says something else each time that it is asked. */
class Bench {
  time = 0;
  asked = 0;
  readonly #answers = new SharedAnswers<number>({ now: () => this.time });

  get(since: number, question = "main"): Promise<number> {
    return this.#answers.get(question, since, async () => {
      this.asked += 1;
      return this.asked;
    });
  }

  fail(since: number): Promise<number> {
    return this.#answers.get("main", since, () => Promise.reject(new RangeError("down")));
  }
}

describe("an answer", () => {
  it("is told to all who asked before the question was put, and to nobody who asked after", async () => {
    const bench = new Bench();
    bench.time = 100;
    expect(await bench.get(100)).toBe(1);
    bench.time = 200;
    expect(await Promise.all([bench.get(50), bench.get(100)])).toEqual([1, 1]);
    expect(await bench.get(101)).toBe(2); // it may have changed in between
  });

  it("is told for a few seconds", async () => {
    const bench = new Bench();
    expect(await bench.get(0)).toBe(1);
    bench.time = 5_000;
    expect(await bench.get(0)).toBe(1);
    bench.time = 5_001;
    expect(await bench.get(0)).toBe(2);
  });

  it("is asked for anew after a fault", async () => {
    const bench = new Bench();
    await expect(bench.fail(0)).rejects.toThrow(RangeError);
    expect(await bench.get(0)).toBe(1);
  });

  it("is forgotten when thousands were given since", async () => {
    const bench = new Bench();
    const ask = (question: number) => bench.get(0, `${question}`);
    for (let question = 0; question <= 2_000; question++) await ask(question);
    expect(await ask(1)).toBe(2);
    expect(await ask(0)).toBe(2_002);
  });
});
