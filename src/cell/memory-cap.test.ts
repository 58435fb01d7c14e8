import { describe, expect, test } from "vitest";
import { PAGE_BYTES, withMemoryCap } from "./memory-cap.ts";

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const EXPORT_MEMORY = [0x07, 0x05, 0x01, 0x01, 0x6d, 0x02, 0x00];

/** A module with one memory section of this content, exported as `m`. */
const moduleWith = (...memory: number[]): Uint8Array =>
  Uint8Array.from([...HEADER, 0x05, memory.length, ...memory, ...EXPORT_MEMORY]);

async function memoryOf(wasm: Uint8Array): Promise<WebAssembly.Memory> {
  const { exports } = await WebAssembly.instantiate(await WebAssembly.compile(wasm));
  if (!(exports.m instanceof WebAssembly.Memory)) throw new Error("no memory");
  return exports.m;
}

describe("withMemoryCap", () => {
  test("lets memory grow to the cap and no further", async () => {
    const memory = await memoryOf(withMemoryCap(moduleWith(1, 0, 1), 300 * PAGE_BYTES));
    expect(memory.grow(299)).toBe(1);
    expect(() => memory.grow(1)).toThrow(RangeError);
  });

  test("rounds down to whole pages", async () => {
    const memory = await memoryOf(withMemoryCap(moduleWith(1, 0, 1), 2 * PAGE_BYTES - 1));
    expect(() => memory.grow(1)).toThrow(RangeError);
  });

  test("reads a minimum that LEB128 pads", async () => {
    const memory = await memoryOf(withMemoryCap(moduleWith(1, 0, 0x82, 0x80, 0x00), 3 * PAGE_BYTES));
    expect(memory.buffer.byteLength).toBe(2 * PAGE_BYTES);
  });

  test("a module that needs more than the cap does not start", () => {
    expect(() => withMemoryCap(moduleWith(1, 0, 3), 2 * PAGE_BYTES)).toThrow(
      expect.objectContaining({ code: "MEMORY" }),
    );
  });

  test.each([
    ["a maximum of its own", moduleWith(1, 1, 1, 9)],
    ["two memories", moduleWith(2, 0, 1, 0, 1)],
    ["no memory section", Uint8Array.from(HEADER)],
    ["a size that never ends", Uint8Array.from([...HEADER, 0x05, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
    ["a cut section", Uint8Array.from([...HEADER, 0x05, 0x03, 0x01])],
  ])("%s is not what Go links", (_, wasm) => {
    expect(() => withMemoryCap(wasm, PAGE_BYTES * 16)).toThrow(expect.objectContaining({ code: "CORRUPT" }));
  });
});
