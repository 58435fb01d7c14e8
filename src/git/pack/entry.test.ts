import { describe, expect, it } from "vitest";
import { readEntryHeader } from "./entry.ts";

const OID = "1234567890abcdef1234567890abcdef12345678";

describe("the header of a pack entry", () => {
  it("has a type and a size", () => {
    expect(readEntryHeader(Buffer.from([0x15]))).toEqual({
      kind: { delta: false, type: "commit" },
      size: 5,
      length: 1,
    });
    expect(readEntryHeader(Buffer.from([0xbf, 0x81, 0x01]))).toEqual({
      kind: { delta: false, type: "blob" },
      size: 15 + 16 + 2048,
      length: 3,
    });
  });

  it("has the distance to its base, or its name", () => {
    expect(readEntryHeader(Buffer.from([0x61, 0x80, 0x00]))).toEqual({
      kind: { delta: true, distance: 128 },
      size: 1,
      length: 3,
    });
    expect(readEntryHeader(Buffer.concat([Buffer.from([0x71]), Buffer.from(OID, "hex")]))).toEqual({
      kind: { delta: true, base: OID },
      size: 1,
      length: 21,
    });
  });

  it.each<[string, number[]]>([
    ["the type 0", [0x05]],
    ["the type 5", [0x55]],
    ["a size that is cut off", [0x95]],
    ["a size past all bounds", [0x9f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ["a distance that is cut off", [0x61, 0x80]],
    ["a distance past all bounds", [0x61, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ["a distance of nothing", [0x61, 0x00]],
    ["a name that is cut off", [0x71, ...Array(19).fill(1)]],
    ["nothing", []],
  ])("is damaged: %s", (_, bytes) => {
    expect(() => readEntryHeader(Buffer.from(bytes))).toThrow(
      expect.objectContaining({ code: "PACK_CORRUPT" }),
    );
  });
});
