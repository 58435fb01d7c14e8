import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GitError } from "../error.ts";
import { parseTree, type TreeEntry } from "./parse-tree.ts";

const OID = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

function encode(entries: readonly Pick<TreeEntry, "mode" | "name" | "oid">[]): Buffer {
  return Buffer.concat(
    entries.flatMap(({ mode, name, oid }) => [
      Buffer.from(`${mode} `),
      name,
      Buffer.of(0),
      Buffer.from(oid, "hex"),
    ]),
  );
}

const HONEST = encode(
  [
    ["100644", "a"],
    ["100755", "a-b"],
    ["40000", "a.d"],
    ["120000", "b"],
    ["40000", "c"],
  ].map(([mode = "", name = ""]) => ({ mode, name: Buffer.from(name), oid: OID })),
);

/** The entries' own encoding, or the one code that there is. */
function readAgain(bytes: Uint8Array): Buffer | string {
  try {
    return encode(parseTree(bytes));
  } catch (error) {
    if (error instanceof GitError) return error.code;
    throw error;
  }
}

describe("any tree", () => {
  it("encodes to the bytes that it was read from", () => {
    expect(readAgain(HONEST)).toEqual(HONEST);
    expect(parseTree(HONEST).map(({ name }) => name.toString())).toEqual(["a", "a-b", "a.d", "b", "c"]);
  });

  it("that was changed does so too, or is malformed", () => {
    fc.assert(
      fc.property(fc.nat(HONEST.length), fc.nat(4), fc.uint8Array({ maxLength: 4 }), (at, cut, inserted) => {
        const changed = Buffer.concat([HONEST.subarray(0, at), inserted, HONEST.subarray(at + cut)]);
        expect([changed, "MALFORMED_TREE"]).toContainEqual(readAgain(changed));
      }),
      { numRuns: 2000 },
    );
  });

  it("of any bytes does so too, or is malformed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect([Buffer.from(bytes), "MALFORMED_TREE"]).toContainEqual(readAgain(bytes));
      }),
    );
  });
});
