import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FLUSH_PKT, readPktLines, toPktLine } from "./pkt-line.ts";

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function read(text: string, size = 7): Promise<string[]> {
  const lines = await Array.fromAsync(readPktLines(inPieces(text, size)), (line) => line.toString());
  return lines;
}

describe("pkt-lines", () => {
  it("come out as they went in, wherever the stream is cut into pieces", async () => {
    const lines = fc.array(fc.string({ minLength: 1, unit: "grapheme-ascii" }));
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 50 }), async (texts, size) => {
        expect(await read(texts.map(toPktLine).join("") + FLUSH_PKT, size)).toEqual(texts);
      }),
    );
  });

  it("have the length in front that the specification shows", () => {
    expect([toPktLine("a\n"), toPktLine("foobar\n")]).toEqual(["0006a\n", "000bfoobar\n"]);
    expect(toPktLine("é")).toBe("0006é");
  });

  it("end with a flush, and with nothing after it", async () => {
    expect(await read("0006a\n0000")).toEqual(["a\n"]);
    expect(await read("0000")).toEqual([]);
  });

  it.each([
    "",
    "0006a\n",
    "0006a\n00000000",
    "00000006a\n",
    "0006a\n0000x",
    "0006a",
    "000",
    "0006a\n00",
    "0003",
    "0001",
    "00x6a\n",
    "<htm",
    "-006a\n",
    "fff1",
  ])("are refused: %j", async (text) => {
    await expect(read(text)).rejects.toMatchObject({ code: "BAD_RESPONSE" });
  });
});
