import { describe, expect, it } from "vitest";
import { applyDelta } from "./delta.ts";

const SOURCE = Buffer.from("0123456789");
const MAX = 100;

/** Sizes of one byte each, then the instructions. */
function delta(source: number, target: number, ...instructions: (number | string)[]): Buffer {
  const parts = instructions.map((part) =>
    typeof part === "string" ? Buffer.from(part) : Buffer.from([part]),
  );
  return Buffer.concat([Buffer.from([source, target]), ...parts]);
}

/** Copy with an offset of one byte and a size of one byte. */
const copy = (offset: number, size: number): number[] => [0x91, offset, size];

describe("a delta", () => {
  it("copies from its base, and inserts", () => {
    const bytes = delta(10, 9, ...copy(2, 3), 2, "ab", ...copy(0, 1), 3, "xyz");
    expect(Buffer.from(applyDelta(SOURCE, bytes, MAX)).toString()).toBe("234ab0xyz");
    expect(applyDelta(SOURCE, delta(10, 0), MAX)).toHaveLength(0);
  });

  it("copies 64 KiB where it states no size", () => {
    const source = Buffer.alloc(0x10000, 7);
    const bytes = Buffer.from([0x80, 0x80, 0x04, 0x80, 0x80, 0x04, 0x80]);
    expect(applyDelta(source, bytes, source.length)).toHaveLength(0x10000);
  });

  it.each<[string, Buffer]>([
    ["a base of another size", delta(9, 3, ...copy(0, 3))],
    ["a piece past the end of the base", delta(10, 3, ...copy(8, 3))],
    ["more than its target", delta(10, 2, ...copy(0, 3))],
    ["less than its target", delta(10, 4, ...copy(0, 3))],
    ["an insertion that is cut off", delta(10, 3, 3, "ab")],
    ["a copy that is cut off", delta(10, 3, 0x91, 0)],
    ["the reserved instruction", delta(10, 3, 0, ...copy(0, 3))],
    ["a size that does not end", Buffer.from([10, 0x80])],
    ["a size past all bounds", Buffer.from([10, ...Array(9).fill(0xff), 1])],
    ["nothing", Buffer.alloc(0)],
  ])("is damaged: %s", (_, bytes) => {
    expect(() => applyDelta(SOURCE, bytes, MAX)).toThrow(expect.objectContaining({ code: "OBJECT_CORRUPT" }));
  });

  it("may not make more than the limit, whatever stands in it", () => {
    expect(applyDelta(SOURCE, delta(10, 3, ...copy(0, 3)), 3)).toHaveLength(3);
    expect(() => applyDelta(SOURCE, delta(10, 3, ...copy(0, 3)), 2)).toThrow(
      expect.objectContaining({ code: "OBJECT_TOO_LARGE" }),
    );
  });
});
