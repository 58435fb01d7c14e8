import { describe, expect, it } from "vitest";
import { MalformedMessage, Message } from "./protobuf.ts";

const message = (hex: string): Message => new Message(Buffer.from(hex.replaceAll(" ", ""), "hex"));

describe("a message", () => {
  it("has numbers, bytes and messages by their field", () => {
    const read = message("08 ac02 12 03 616263 1a 02 0801 22 00 22 01 ff");
    expect(read.count(1)).toBe(300);
    expect(read.required(2).toString()).toBe("abc");
    expect(read.message(3).count(1)).toBe(1);
    expect(read.repeated(4)).toHaveLength(2);
  });

  it("leaves out what is zero or nothing", () => {
    expect(message("").count(1)).toBe(0);
    expect(message("").repeated(1)).toEqual([]);
    expect(message("").optional(1)).toBeUndefined();
    expect(() => message("").required(1)).toThrow(MalformedMessage);
  });

  it.each([
    ["ends early", "12 03 6162"],
    ["ends in a number", "08 ac"],
    ["has a number that does not end", `08 ${"ff".repeat(11)}`],
    ["has a number twice", "08 01 08 01"],
    ["has a length out of all bounds", "12 ffffffffffffffffff01"],
    ["has fields of other types", "09 0000000000000000"],
    ["has more fields than any", "12 00".repeat(129)],
  ])("is refused when it %s", (_, hex) => {
    expect(() => message(hex)).toThrow(MalformedMessage);
  });

  it("is asked for one value where there are two, or for a number that is not exact, in vain", () => {
    expect(() => message("12 00 12 00").optional(2)).toThrow(MalformedMessage);
    expect(message("08 ffffffffffffff0f").count(1)).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => message("08 8080808080808010").count(1)).toThrow(MalformedMessage);
    expect(() => message("08 ffffffffffffffffff01").count(1)).toThrow(MalformedMessage);
  });
});
