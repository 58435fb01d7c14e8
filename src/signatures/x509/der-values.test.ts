import { describe, expect, it } from "vitest";
import { DerReader, MalformedDer, TAG } from "./der.ts";
import {
  readFlags,
  readInteger,
  readOctetsOfBitString,
  readOid,
  readSmallInteger,
  readTime,
  readTrue,
  textOf,
} from "./der-values.ts";

const reader = (hex: string): DerReader => new DerReader(Buffer.from(hex.replaceAll(" ", ""), "hex"));

function encoded(tag: number, content: string | Uint8Array): DerReader {
  const bytes = Buffer.from(content);
  return new DerReader(Buffer.concat([Buffer.of(tag, bytes.length), bytes]));
}

describe("object identifiers", () => {
  it.each([
    ["06 09 2a864886f70d010702", "1.2.840.113549.1.7.2"],
    ["06 03 550403", "2.5.4.3"],
    ["06 03 883703", "2.999.3"],
  ])("%s", (hex, expected) => {
    expect(readOid(reader(hex))).toBe(expected);
  });

  it.each([
    ["empty", "06 00"],
    ["padded", "06 04 55048003"],
    ["cut off", "06 02 5584"],
    ["with an arc out of all bounds", "06 08 55ffffffffffff7f"],
  ])("are refused: %s", (_, hex) => {
    expect(() => readOid(reader(hex))).toThrow(MalformedDer);
  });
});

describe("integers", () => {
  it("are in their shortest form", () => {
    expect(readInteger(reader("02 02 0080")).toString("hex")).toBe("0080");
    expect(() => readInteger(reader("02 02 007f"))).toThrow(MalformedDer);
    expect(() => readInteger(reader("02 02 ff80"))).toThrow(MalformedDer);
    expect(() => readInteger(reader("02 00"))).toThrow(MalformedDer);
  });

  it("are small and positive where a count is asked for", () => {
    expect(readSmallInteger(reader("02 02 0100"))).toBe(256);
    expect(() => readSmallInteger(reader("02 03 010000"))).toThrow(MalformedDer);
    expect(() => readSmallInteger(reader("02 01 ff"))).toThrow(MalformedDer);
  });
});

describe("bits", () => {
  it("are whole octets where a signature is", () => {
    expect(readOctetsOfBitString(reader("03 02 00ab")).toString("hex")).toBe("ab");
    expect(() => readOctetsOfBitString(reader("03 02 01aa"))).toThrow(MalformedDer);
    expect(() => readOctetsOfBitString(reader("03 00"))).toThrow(MalformedDer);
  });

  it("are flags, without trailing zeros", () => {
    expect(readFlags(reader("03 02 0780"))).toEqual(new Set([0]));
    expect(readFlags(reader("03 02 0106"))).toEqual(new Set([5, 6]));
    expect(readFlags(reader("03 03 070080"))).toEqual(new Set([8]));
    expect(readFlags(reader("03 01 00"))).toEqual(new Set());
    for (const hex of ["03 02 0680", "03 02 0880", "03 02 0000", "03 01 07", "03 00"]) {
      expect(() => readFlags(reader(hex)), hex).toThrow(MalformedDer);
    }
  });

  it("are TRUE, where FALSE is left out", () => {
    expect(() => readTrue(reader("01 01 ff"))).not.toThrow();
    expect(() => readTrue(reader("01 01 01"))).toThrow(MalformedDer);
    expect(() => readTrue(reader("01 01 00"))).toThrow(MalformedDer);
  });
});

describe("times", () => {
  it("are in UTC to the second", () => {
    expect(readTime(encoded(TAG.utcTime, "260301120000Z"))).toBe(Date.UTC(2026, 2, 1, 12));
    expect(readTime(encoded(TAG.utcTime, "491231235959Z"))).toBe(Date.UTC(2049, 11, 31, 23, 59, 59));
    expect(readTime(encoded(TAG.utcTime, "500101000000Z"))).toBe(Date.UTC(1950, 0, 1));
    expect(readTime(encoded(TAG.generalizedTime, "20500101000000Z"))).toBe(Date.UTC(2050, 0, 1));
  });

  it.each([
    [TAG.utcTime, "2603011200Z"],
    [TAG.utcTime, "260301120000+0100"],
    [TAG.utcTime, "260229120000Z"],
    [TAG.utcTime, "260301240000Z"],
    [TAG.utcTime, "260301120060Z"],
    [TAG.generalizedTime, "20260301120000.5Z"],
    [TAG.generalizedTime, "260301120000Z"],
    [TAG.utf8String, "260301120000Z"],
  ])("are refused in any other form: %s %s", (tag, text) => {
    expect(() => readTime(encoded(tag, text))).toThrow(MalformedDer);
  });
});

it("reads text in the alphabets of names, and no other", () => {
  const text = (tag: number, content: string | Uint8Array) => textOf(encoded(tag, content).any());
  expect(text(TAG.printableString, "Bank")).toBe("Bank");
  expect(text(TAG.utf8String, "Bänk")).toBe("Bänk");
  expect(text(TAG.bmpString, Buffer.from("0042006b", "hex"))).toBe("Bk");
  expect(text(TAG.teletexString, Buffer.of(0xe4))).toBe("ä");
  expect(text(TAG.printableString, Buffer.of(0xe4))).toBeUndefined();
  expect(text(TAG.utf8String, Buffer.of(0xe4))).toBeUndefined();
  expect(text(TAG.bmpString, "odd")).toBeUndefined();
  expect(text(TAG.octetString, "Bank")).toBeUndefined();
});
