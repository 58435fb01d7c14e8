import { describe, expect, it } from "vitest";
import { contextTag, DerReader, MalformedDer, readAll, TAG } from "./der.ts";

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(" ", ""), "hex");
const readSequence = (hex: string): string =>
  readAll(bytes(hex), (reader) => reader.content(TAG.sequence)).toString("hex");

describe("lengths", () => {
  it("are read in their shortest form", () => {
    expect(readSequence("30 02 0500")).toBe("0500");
    expect(readSequence(`30 8180 ${"00".repeat(128)}`)).toBe("00".repeat(128));
    expect(readSequence(`30 820100 ${"00".repeat(256)}`)).toBe("00".repeat(256));
  });

  it.each([
    ["one octet would do", "30 8102 0500"],
    ["one length octet fewer would do", `30 820080 ${"00".repeat(128)}`],
    ["a zero in front", `30 83000100 ${"00".repeat(256)}`],
    ["indefinite", "30 80 0500 0000"],
    ["reserved", "30 ff"],
    ["more than there is", "30 03 0500"],
    ["close to 4 GiB", "30 84ffffffff 0500"],
    ["nothing", "30"],
  ])("are refused: %s", (_, hex) => {
    expect(() => readSequence(hex)).toThrow(MalformedDer);
  });
});

describe("elements", () => {
  it("are the ones that the schema asks for", () => {
    const reader = new DerReader(bytes("02 01 05 a0 00"));
    expect(reader.optional(TAG.oid)).toBeUndefined();
    expect(reader.element(TAG.integer).raw.toString("hex")).toBe("020105");
    expect(() => reader.element(TAG.integer)).toThrow(MalformedDer);
    expect(reader.content(contextTag(0, "constructed"))).toHaveLength(0);
    expect(() => reader.any()).toThrow(MalformedDer);
  });

  it("do not have tag numbers above 30", () => {
    expect(() => new DerReader(bytes("1f 1f 00")).any()).toThrow(MalformedDer);
  });

  it("have nothing after them", () => {
    expect(() => readSequence("30 02 0500 00")).toThrow(MalformedDer);
  });

  it("are counted before they are read", () => {
    const list = (limit: number) =>
      new DerReader(bytes("30 06 020101 020102")).listOf(TAG.sequence, limit, (each) => each.any().tag);
    expect(list(2)).toEqual([TAG.integer, TAG.integer]);
    expect(() => list(1)).toThrow(MalformedDer);
  });
});

describe("an indefinite length, where it is allowed", () => {
  const readNested = (hex: string): string =>
    readAll(bytes(hex), (outer) =>
      outer.withinBer(TAG.sequence, (inner) =>
        inner.withinBer(TAG.sequence, (innermost) => innermost.content(TAG.integer).toString("hex")),
      ),
    );

  it("reads as the definite one does", () => {
    expect(readNested("30 05 3003 020107")).toBe("07");
    expect(readNested("30 80 3080 020107 0000 0000")).toBe("07");
    expect(readNested("30 80 3003 020107 0000")).toBe("07");
  });

  it.each([
    ["never ends", "30 80 3003 020107"],
    ["ends half", "30 80 3003 020107 00"],
    ["holds more than was asked for", "30 80 3003 020107 0500 0000"],
    ["is not the innermost's", "30 80 3003 028007 0000"],
    ["has something after it", "30 80 3003 020107 0000 00"],
  ])("is refused when it %s", (_, hex) => {
    expect(() => readNested(hex)).toThrow(MalformedDer);
  });
});
