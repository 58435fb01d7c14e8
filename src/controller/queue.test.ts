import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock, settle } from "../../test/integration/controller/manual-clock.ts";
import { type Next, WorkQueue } from "./queue.ts";

const WAIT: Next = { kind: "wait" };

/** A queue whose runs end when a test says so. */
class Bench {
  readonly clock = new ManualClock();
  readonly begun: string[] = [];
  /** When each that began had been asked for. */
  readonly asked: number[] = [];
  readonly active = new Map<string, PromiseWithResolvers<Next>>();
  /** Runs of a key that was running already: there must be none. */
  overlaps = 0;
  most = 0;
  readonly queue: WorkQueue;

  constructor(concurrency = 2) {
    const options = { concurrency, clock: this.clock, random: () => 0.5 };
    this.queue = new WorkQueue((key, askedAt) => {
      this.asked.push(askedAt);
      return this.#begin(key);
    }, options);
  }

  async end(key: string, next: Next = WAIT): Promise<void> {
    this.#take(key)?.resolve(next);
    await settle();
  }

  async fail(key: string): Promise<void> {
    this.#take(key)?.reject(new Error("the network is down"));
    await settle();
  }

  #begin(key: string): Promise<Next> {
    if (this.active.has(key)) this.overlaps += 1;
    const run = Promise.withResolvers<Next>();
    this.active.set(key, run);
    this.begun.push(key);
    this.most = Math.max(this.most, this.active.size);
    return run.promise;
  }

  #take(key: string): PromiseWithResolvers<Next> | undefined {
    const run = this.active.get(key);
    this.active.delete(key);
    return run;
  }
}

describe("a key in the work queue", () => {
  it("runs once however often it was asked for before its turn", async () => {
    const bench = new Bench(1);
    for (const key of ["a", "b", "b", "c", "b"]) bench.queue.add(key);
    expect(bench.queue.depth).toBe(2);
    for (const key of ["a", "b", "c"]) await bench.end(key);
    expect(bench.begun).toEqual(["a", "b", "c"]);
  });

  it("runs once more when it was asked for while it ran, and not beside itself", async () => {
    const bench = new Bench();
    for (const key of ["a", "a", "a"]) bench.queue.add(key);
    expect(bench.begun).toEqual(["a"]);
    await bench.end("a");
    expect(bench.begun).toEqual(["a", "a"]);
    await bench.end("a");
    expect(bench.begun).toEqual(["a", "a"]);
    expect(bench.overlaps).toBe(0);
  });

  it("is told when it was last asked for, before its turn and while it ran", async () => {
    const bench = new Bench(1);
    const began = bench.clock.now();
    for (const key of ["a", "b", "a", "b"]) {
      bench.queue.add(key);
      await bench.clock.advance(10);
    }
    for (const key of ["a", "b", "a"]) await bench.end(key);
    expect(bench.begun).toEqual(["a", "b", "a"]);
    expect(bench.asked.map((at) => at - began)).toEqual([0, 30, 20]);
  });

  it("runs at the earliest of the moments it was asked for, once", async () => {
    const bench = new Bench();
    bench.queue.addAfter("a", 500);
    bench.queue.addAfter("a", 100);
    bench.queue.addAfter("a", 900);
    await bench.clock.advance(99);
    expect(bench.begun).toEqual([]);
    await bench.clock.advance(1);
    await bench.end("a");
    await bench.clock.advance(10_000);
    expect(bench.begun).toEqual(["a"]);
  });

  it("runs again after the time that its run gave, unless it was asked for before", async () => {
    const bench = new Bench();
    bench.queue.add("a");
    await bench.end("a", { kind: "later", after: 1_000 });
    await bench.clock.advance(400);
    bench.queue.add("a");
    await bench.end("a", { kind: "later", after: 1_000 });
    await bench.clock.advance(999);
    expect(bench.begun).toHaveLength(2);
    await bench.clock.advance(1);
    expect(bench.begun).toHaveLength(3);
  });

  it("backs off when it fails, up to the bound of its run, and begins anew after a success", async () => {
    const bench = new Bench();
    bench.queue.add("a");
    const waits: (number | undefined)[] = [];
    const note = () => waits.push(bench.clock.nextIn);
    for (const within of [60_000, 60_000, 60_000, 5_000]) {
      await bench.end("a", { kind: "retry", within });
      note();
      await bench.clock.advance(60_000);
    }
    await bench.fail("a");
    note();
    await bench.clock.advance(60_000);
    await bench.end("a");
    bench.queue.add("a");
    await bench.fail("a");
    note();
    expect(waits).toEqual([1_000, 2_000, 4_000, 5_000, 16_000, 1_000]);
  });

  it("spreads its waits by chance, a tenth to either side", async () => {
    const clock = new ManualClock();
    const waits = [0, 0.5, 0.999].map((chance) => async () => {
      const fresh = new ManualClock();
      const later = async (): Promise<Next> => ({ kind: "later", after: 1_000 });
      const queue = new WorkQueue(later, { concurrency: 1, clock: fresh, random: () => chance });
      queue.add("a");
      await settle();
      return Math.round(fresh.nextIn ?? 0);
    });
    expect(clock.nextIn).toBeUndefined();
    expect(await Promise.all(waits.map((wait) => wait()))).toEqual([900, 1_000, 1_100]);
  });

  it("is forgotten with its plans and its faults", async () => {
    const bench = new Bench();
    bench.queue.add("a");
    await bench.fail("a");
    bench.queue.forget("a");
    await bench.clock.advance(600_000);
    expect(bench.begun).toEqual(["a"]);
    bench.queue.add("a");
    await bench.fail("a");
    expect(bench.clock.nextIn).toBe(1_000);
  });
});

describe("draining the work queue", () => {
  it("waits for what runs, and begins nothing", async () => {
    const bench = new Bench(1);
    bench.queue.add("a");
    bench.queue.add("b");
    bench.queue.addAfter("c", 10);
    const drained = bench.queue.drain(1_000);
    bench.queue.add("d");
    await bench.end("a", { kind: "later", after: 1 });
    expect(await drained).toBe(true);
    await bench.clock.advance(10_000);
    expect(bench.begun).toEqual(["a"]);
  });

  it("gives up on what does not end in time", async () => {
    const bench = new Bench();
    bench.queue.add("a");
    const drained = bench.queue.drain(1_000);
    await bench.clock.advance(1_000);
    expect(await drained).toBe(false);
  });

  it("is done at once when nothing runs", async () => {
    expect(await new Bench().queue.drain(1_000)).toBe(true);
  });
});

const key = fc.constantFrom("a", "b", "c", "d");
const step = fc.oneof(
  fc.record({ do: fc.constant("add" as const), key }),
  fc.record({ do: fc.constant("addAfter" as const), key, ms: fc.integer({ min: 0, max: 50 }) }),
  fc.record({ do: fc.constant("advance" as const), ms: fc.integer({ min: 0, max: 60 }) }),
  fc.record({ do: fc.constant("end" as const), key }),
  fc.record({ do: fc.constant("fail" as const), key }),
);

it("whatever happens in whatever order: no key beside itself, no more than allowed, and no request lost", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(step, { maxLength: 60 }),
      async (allowed, steps) => {
        const bench = new Bench(allowed);
        /** How many runs of a key had begun when it was last asked for. */
        const askedAt = new Map<string, number>();
        const runsOf = (name: string) => bench.begun.filter((each) => each === name).length;
        for (const each of steps) {
          if (each.do === "add") {
            askedAt.set(each.key, runsOf(each.key));
            bench.queue.add(each.key);
          } else if (each.do === "addAfter") bench.queue.addAfter(each.key, each.ms);
          else if (each.do === "advance") await bench.clock.advance(each.ms);
          else await bench[each.do](each.key);
          expect(bench.overlaps).toBe(0);
          expect(bench.active.size).toBeLessThanOrEqual(allowed);
        }
        for (let active = [...bench.active.keys()]; active.length > 0; active = [...bench.active.keys()])
          for (const name of active) await bench.end(name);
        for (const [name, before] of askedAt) expect(runsOf(name)).toBeGreaterThan(before);
        expect(bench.queue.depth).toBe(0);
      },
    ),
    { numRuns: 200 },
  );
});
