import { describe, expect, it } from "vitest";
import { parseTree } from "./parse-tree.ts";

const OID = "1234567890abcdef1234567890abcdef12345678";

function tree(...entries: readonly [mode: string, name: string][]): Buffer {
  return Buffer.concat(
    entries.flatMap(([mode, name]) => [Buffer.from(`${mode} ${name}\0`, "latin1"), Buffer.from(OID, "hex")]),
  );
}

function names(bytes: Uint8Array): string[] {
  return parseTree(bytes).map(({ name }) => name.toString("latin1"));
}

describe("a tree object", () => {
  it("is read, a folder sorted as if its name ended in a slash", () => {
    expect(names(tree(["100644", "a.b"], ["40000", "a"], ["100755", "a0"]))).toEqual(["a.b", "a", "a0"]);
    expect(parseTree(tree(["120000", "link"]))).toEqual([
      { mode: "120000", name: Buffer.from("link"), oid: OID },
    ]);
    expect(names(Buffer.alloc(0))).toEqual([]);
  });

  it.each<[string, Buffer]>([
    ["names out of order", tree(["100644", "b"], ["100644", "a"])],
    ["a folder sorted as a file is", tree(["40000", "a"], ["100644", "a.b"])],
    ["a file twice", tree(["100644", "a"], ["100644", "a"])],
    ["a folder twice", tree(["40000", "a"], ["40000", "a"])],
    ["a file and a folder of one name", tree(["100644", "a"], ["40000", "a"])],
    ["a file and a folder of one name, far apart", tree(["100644", "a"], ["100644", "a.b"], ["40000", "a"])],
    ["an empty name", tree(["100644", ""])],
    ["a slash in a name", tree(["100644", "a/b"])],
    ["a mode with a leading zero", tree(["040000", "a"])],
    ["a mode that is no number", tree(["1006x4", "a"])],
    ["no mode", tree(["", "a"])],
    ["an oid that is cut off", tree(["100644", "a"]).subarray(0, -1)],
    ["a name without its end", Buffer.from("100644 a")],
    ["a mode without its end", Buffer.from("100644")],
    ["a byte after the last entry", Buffer.concat([tree(["100644", "a"]), Buffer.from("1")])],
  ])("is malformed: %s", (_, bytes) => {
    expect(() => parseTree(bytes)).toThrow(expect.objectContaining({ code: "MALFORMED_TREE" }));
  });
});
