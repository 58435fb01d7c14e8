import { expect, test } from "vitest";
import { World } from "./world.ts";

type Call = (...args: (number | bigint)[]) => number;

/** A world whose guest is a bare memory. */
function open(): {
  call: (name: string, ...args: (number | bigint)[]) => number;
  view: DataView;
  world: World;
} {
  const world = new World();
  const memory = new WebAssembly.Memory({ initial: 1 });
  world.initialize({ memory, _initialize: () => undefined });
  const imports = world.imports.wasi_snapshot_preview1 as Record<string, Call>;
  const call = (name: string, ...args: (number | bigint)[]) => imports[name]?.(...args) ?? -1;
  return { call, view: new DataView(memory.buffer), world };
}

const REALTIME = 0;
const MONOTONIC = 1;
const BADF = 8;

test("the wall clock stands still, the monotonic one ticks", () => {
  const { call, view } = open();
  const read = (clock: number) => {
    call("clock_time_get", clock, 0n, 0);
    return view.getBigUint64(0, true);
  };
  expect(read(REALTIME)).toBe(read(REALTIME));
  expect(read(MONOTONIC)).toBeLessThan(read(MONOTONIC));
});

test("a sleep is over at once and moves the clock", () => {
  const { call, view } = open();
  call("clock_time_get", MONOTONIC, 0n, 0);
  const before = view.getBigUint64(0, true);
  view.setUint32(100 + 16, MONOTONIC, true);
  view.setBigUint64(100 + 24, 3_600_000_000_000n, true);
  expect(call("poll_oneoff", 100, 200, 1, 300)).toBe(0);
  expect(view.getUint32(300, true)).toBe(1);
  call("clock_time_get", MONOTONIC, 0n, 0);
  expect(view.getBigUint64(0, true) - before).toBeGreaterThan(3_600_000_000_000n);
});

test("randomness is the same in every world", () => {
  const sample = () => {
    const { call, view } = open();
    call("random_get", 0, 32);
    return Buffer.from(view.buffer, 0, 32).toString("hex");
  };
  expect(sample()).toBe(sample());
  expect(sample()).not.toBe("00".repeat(32));
});

test("there is no file, no environment, and no argument but a name", () => {
  const { call, view } = open();
  for (const fd of [3, 4, 5]) expect(call("fd_prestat_get", fd, 0)).toBe(BADF);
  expect(call("path_open", 3, 0, 0, 1, 0, 0n, 0n, 0, 64)).toBe(BADF);
  const sizes = (name: string) => {
    expect(call(name, 0, 4)).toBe(0);
    return [view.getUint32(0, true), view.getUint32(4, true)];
  };
  expect(sizes("environ_sizes_get")).toEqual([0, 0]);
  expect(sizes("args_sizes_get")).toEqual([1, "cell\0".length]);
});

test("keeps the end of what the guest wrote", () => {
  const { call, view, world } = open();
  const write = (text: string) => {
    new Uint8Array(view.buffer).set(new TextEncoder().encode(text), 1000);
    view.setUint32(0, 1000, true);
    view.setUint32(4, text.length, true);
    call("fd_write", 2, 0, 1, 8);
  };
  write("x".repeat(20_000));
  write("the end");
  expect(world.captured).toHaveLength(16 * 1024);
  expect(world.captured).toMatch(/x{3}the end$/);
});
