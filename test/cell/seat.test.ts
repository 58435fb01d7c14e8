import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { encodeRequest } from "../../src/cell/frame.ts";
import { DEFAULT_MEMORY_BYTES, START_DEADLINE_MS } from "../../src/cell/limits.ts";
import { type ModuleShare, Seat, type SeatOptions } from "../../src/cell/seat.ts";
import { describeWithTools } from "../support/tools.ts";
import { tree } from "./tree.ts";

const OPTIONS: SeatOptions = {
  artifact: { directory: join(import.meta.dirname, "../../cell") },
  memoryBytes: DEFAULT_MEMORY_BYTES,
  deadlineMs: START_DEADLINE_MS,
  recycleAboveBytes: Number.POSITIVE_INFINITY,
  idleMs: 3_600_000,
};
const share: ModuleShare = { module: undefined };
const inspect = (op = "rego.inspect") => encodeRequest(op, {}, tree({ "a.rego": "package a\n" }));

let seat: Seat;
afterEach(() => seat.close());

describeWithTools(["time"], "a seat", () => {
  test("keeps its worker between calls", async () => {
    seat = new Seat(OPTIONS, share);
    const first = await seat.call(inspect());
    expect(seat.running).toBe(true);
    expect(await seat.call(inspect())).toEqual(first);
  });

  test("gives up a worker that has grown", async () => {
    seat = new Seat({ ...OPTIONS, recycleAboveBytes: 1 }, share);
    const first = await seat.call(inspect());
    expect(seat.running).toBe(false);
    expect(await seat.call(inspect())).toEqual(first);
  });

  test("gives up a worker whose guest died", async () => {
    seat = new Seat(OPTIONS, share);
    await expect(seat.call(inspect("rego.nothing"))).rejects.toMatchObject({
      code: "CRASHED",
      message: expect.stringContaining('unknown operation "rego.nothing"'),
    });
    expect(seat.running).toBe(false);
    expect(await seat.call(inspect())).toBeInstanceOf(Uint8Array);
  });

  test("starts ahead of its first call", async () => {
    seat = new Seat(OPTIONS, share);
    await seat.warm();
    expect(seat.running).toBe(true);
  });

  test("gives up a worker that nobody called for long, with the module that it ran", async () => {
    const alone: ModuleShare = { module: undefined };
    seat = new Seat({ ...OPTIONS, idleMs: 1 }, alone);
    const first = await seat.call(inspect());
    await expect.poll(() => seat.running).toBe(false);
    expect(alone.module).toBeUndefined();
    expect(await seat.call(inspect())).toEqual(first);
  });

  test("gives up one that was only warmed", async () => {
    seat = new Seat({ ...OPTIONS, idleMs: 1 }, share);
    await seat.warm();
    await expect.poll(() => seat.running).toBe(false);
  });

  test("does not count a call as idling", async () => {
    seat = new Seat({ ...OPTIONS, idleMs: 1 }, share);
    const slow = "count([1 | some x in numbers.range(1, 300); some y in numbers.range(1, 30); x == y]) > 0";
    const files = tree({
      "a.rego": "package a\n",
      "a_test.rego": `package a_test\ntest_a if {\n${slow}\n}\n`,
    });
    for (const _ of [1, 2]) {
      expect(await seat.call(encodeRequest("rego.test", { schemas: {} }, files))).toBeInstanceOf(Uint8Array);
    }
  });

  test("does not start where memory is too small for the module", async () => {
    seat = new Seat({ ...OPTIONS, memoryBytes: 64 * 1024 }, { module: undefined });
    await expect(seat.warm()).rejects.toMatchObject({ code: "MEMORY" });
    expect(seat.running).toBe(false);
  });
});
