import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PktFraming } from "./pkt-framing.ts";
import { FLUSH_PKT, toPktLine } from "./pkt-line.ts";

/** How many bytes of a stream in pieces are before the end of its first answer, that included. */
function endOf(text: string, size: number): number | undefined {
  const framing = new PktFraming();
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) {
    const end = framing.endIn(bytes.subarray(start, start + size));
    if (end !== undefined) return start + end;
  }
  return undefined;
}

describe("the end of an answer", () => {
  it("is found wherever the stream is cut into pieces", () => {
    const lines = fc.array(fc.string({ minLength: 1, unit: "grapheme-ascii" }));
    fc.assert(
      fc.property(
        lines,
        fc.string({ maxLength: 9 }),
        fc.integer({ min: 1, max: 50 }),
        (texts, more, size) => {
          const answer = texts.map(toPktLine).join("");
          expect(endOf(answer, size)).toBeUndefined();
          expect(endOf(answer + FLUSH_PKT + more, size)).toBe(answer.length + 4);
        },
      ),
    );
  });

  it.each(["0001", "0003", "zzzz", "fff1"])("is not looked for behind what is no line: %s", (text) => {
    expect(() => endOf(`0006a\n${text}0000`, 3)).toThrow(expect.objectContaining({ code: "BAD_RESPONSE" }));
  });
});
