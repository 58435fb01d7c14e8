import { describe, expect, it } from "vitest";
import { hashLeaf } from "../merkle/index.ts";
import { encodeBundle, encodeTile, MAX_ENTRY_BYTES, parseBundle, parseTile } from "./bundle.ts";

const entries = [Buffer.from("one"), Buffer.alloc(0), Buffer.alloc(MAX_ENTRY_BYTES, 7)];

describe("entry bundles", () => {
  it("are lengths in two big-endian bytes, each before its entry", () => {
    expect(Buffer.from(encodeBundle([Buffer.from("one"), Buffer.alloc(258)])).subarray(0, 7)).toEqual(
      Buffer.from("00036f6e650102", "hex"),
    );
  });

  it("read back as written, the longest entry included", () => {
    expect(parseBundle(encodeBundle(entries), 3)).toEqual(entries);
    expect(parseBundle(new Uint8Array(), 0)).toEqual([]);
  });

  it.each([
    ["an entry too few", encodeBundle(entries), 2],
    ["an entry too many", encodeBundle(entries), 4],
    ["a byte after the last entry", Buffer.concat([encodeBundle(entries), Uint8Array.of(0)]), 3],
    ["a last entry cut short", encodeBundle(entries).slice(0, -1), 3],
    ["half a length", Buffer.from("00036f6e6500", "hex"), 2],
  ])("with %s are malformed", (_what, bytes, count) => {
    expect(parseBundle(bytes, count)).toBeUndefined();
  });

  it("cannot hold a longer entry", () => {
    expect(() => encodeBundle([Buffer.alloc(MAX_ENTRY_BYTES + 1)])).toThrow(RangeError);
  });
});

describe("tiles", () => {
  it("are hashes one after the other", () => {
    const hashes = entries.map(hashLeaf);
    expect(parseTile(encodeTile(hashes), 3)).toEqual(hashes);
    expect(parseTile(encodeTile(hashes), 2)).toBeUndefined();
    expect(parseTile(encodeTile(hashes).slice(0, -1), 3)).toBeUndefined();
  });
});
