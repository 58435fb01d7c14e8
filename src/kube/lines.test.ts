import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitLines } from "./lines.ts";

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

function split(text: string, { size = 3, limit = 100 } = {}): Promise<string[]> {
  return Array.fromAsync(splitLines(chunksOf(Buffer.from(text), size), limit));
}

describe("lines", () => {
  it("are whole however the bytes arrive, and the unfinished last one is dropped", async () => {
    const line = fc.string({ unit: "grapheme", maxLength: 20 }).filter((text) => !text.includes("\n"));
    await fc.assert(
      fc.asyncProperty(fc.array(line), line, fc.integer({ min: 1, max: 30 }), async (lines, rest, size) => {
        const text = lines.map((each) => `${each}\n`).join("") + rest;
        expect(await split(text, { size, limit: 1_000 })).toEqual(lines.map((each) => each.toWellFormed()));
      }),
    );
  });

  it.each([1, 3, 100])("are as long as the limit and no longer, in chunks of %i", async (size) => {
    expect(await split("12345\n12345\n", { size, limit: 5 })).toEqual(["12345", "12345"]);
    await expect(split("12345\n123456\n", { size, limit: 5 })).rejects.toMatchObject({ code: "TOO_LARGE" });
    await expect(split("123456", { size, limit: 5 })).rejects.toMatchObject({ code: "TOO_LARGE" });
  });
});
