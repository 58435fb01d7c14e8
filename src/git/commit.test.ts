import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addSignature, commitObject, NOW, PARENT, TREE } from "../../test/integration/commits/objects.ts";
import { MAX_SIGNATURE_BYTES, parseCommit } from "./commit.ts";
import { MAX_HEADER_BYTES, MAX_MESSAGE_BYTES, MAX_PARENTS } from "./commit-headers.ts";
import { MAX_IDENTITY_BYTES } from "./identity.ts";

const ARMOR = "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----";

function accept(bytes: Uint8Array) {
  const parsed = parseCommit(bytes);
  if (!parsed.ok) throw new Error(parsed.refusals[0].message);
  return parsed.value;
}

function codeOf(bytes: Uint8Array | string): string {
  const parsed = parseCommit(typeof bytes === "string" ? Buffer.from(bytes) : bytes);
  return parsed.ok ? "accepted" : parsed.refusals[0].code;
}

/** The honest object with one piece replaced; the honest one itself is accepted by the first tests. */
function changed(from: string | RegExp, to: string): string {
  const text = commitObject({ parents: [PARENT] }).toString("latin1");
  const result = text.replace(from, to);
  expect(result).not.toBe(text);
  return result;
}

describe("a commit as git writes it", () => {
  it("is read field by field", () => {
    const commit = accept(commitObject({ parents: [PARENT, TREE], message: "subject\n\nbody\n" }));
    expect(commit).toMatchObject({
      tree: TREE,
      parents: [PARENT, TREE],
      author: { name: "Alice", email: "alice@bank.example", timezone: "+0000" },
      message: "subject\n\nbody\n",
    });
    expect(commit.committer.at).toBeLessThan(NOW);
    expect(commit.signature).toBeUndefined();
  });

  it("is its own payload when it is not signed", () => {
    const bytes = commitObject();
    expect(Buffer.from(accept(bytes).payload)).toEqual(bytes);
  });

  it("gives the signature without its continuation spaces, and the payload without the signature", () => {
    const bytes = commitObject();
    const commit = accept(addSignature(bytes, ARMOR));
    expect(commit.signature).toBe(ARMOR);
    expect(Buffer.from(commit.payload)).toEqual(bytes);
  });

  it("keeps every other header in the payload, wherever the signature stands", () => {
    const mergetag = [`mergetag object ${PARENT}`, " type commit", " tag v1", " ", " gpgsig inside", " text"];
    const bytes = commitObject({ extra: [...mergetag, "encoding ISO-8859-1", "change-id abc"] });
    const signed = addSignature(bytes, ARMOR).toString("latin1");
    const signature = `gpgsig ${ARMOR.replaceAll("\n", "\n ")}\n`;
    const moved = signed.replace(signature, "").replace("mergetag", `${signature}mergetag`);
    expect(Buffer.from(accept(Buffer.from(moved, "latin1")).payload)).toEqual(bytes);
  });

  it("may have any bytes in its message, and an empty name", () => {
    expect(
      accept(Buffer.concat([commitObject({ message: "" }), Buffer.of(0, 0xff, 0x0a)])).message,
    ).toContain("\0");
    expect(accept(commitObject({ author: " <a@b> 0 -1200" })).author).toEqual({
      name: "",
      email: "a@b",
      at: 0,
      timezone: "-1200",
    });
  });
});

describe("a commit that could be read in two ways is malformed", () => {
  it.each([
    ["a second tree", changed("parent ", `tree ${PARENT}\nparent `)],
    ["a second author", changed("committer ", "author Eve <e@x> 1 +0000\ncommitter ")],
    ["a second committer", changed("\n\n", "\ncommitter Eve <e@x> 1 +0000\n\n")],
    ["a parent after the author", changed("committer ", `parent ${PARENT}\ncommitter `)],
    ["a tree after the committer", changed("\n\n", `\ntree ${PARENT}\n\n`)],
    ["the author before the parent", changed(/(parent .*\n)(author .*\n)/, "$2$1")],
    ["no tree", changed(/^tree .*\n/, "")],
    ["no author", changed(/author .*\n/, "")],
    ["no committer", changed(/committer .*\n/, "")],
    ["a continued tree", changed("\nparent", "\n more\nparent")],
    ["a continuation before any header", changed(/^tree/, " x\ntree")],
    ["two encodings", changed("\n\n", "\nencoding a\nencoding a\n\n")],
    ["a header without a value", changed("\n\n", "\nlonely\n\n")],
    ["a header without a name", changed("author ", " author ")],
    ["a NUL in a header", changed("Alice", "Al\0ice")],
    ["no blank line", changed("\n\nchange\n", "\n")],
    ["nothing at all", ""],
    ["only a blank line", "\n"],
  ])("%s", (_, text) => {
    expect(codeOf(text)).toBe("MALFORMED_COMMIT");
  });

  it.each([
    ["two signatures", addSignature(addSignature(commitObject(), ARMOR), ARMOR)],
    ["a signature for SHA-256 repositories", changed("\n\n", "\ngpgsig-sha256 x\n\n")],
    ["a header that git takes for a signature", changed("\n\n", "\ngpgsigx y\n\n")],
  ])("%s", (_, bytes) => {
    expect(codeOf(bytes)).toBe("MALFORMED_COMMIT");
  });
});

describe("object ids and identities have one spelling", () => {
  it.each([
    ["an upper-case tree", changed(TREE, TREE.toUpperCase())],
    ["a short tree", changed(TREE, TREE.slice(1))],
    ["a SHA-256 tree", changed(TREE, TREE + TREE.slice(0, 24))],
    ["a parent with a space after it", changed(PARENT, `${PARENT} `)],
    ["no space before the address", changed("Alice <", "Alice<")],
    ["no name at all", changed("author Alice <", "author <")],
    ["a bracket in the name", changed("Alice <", "Al<ice <")],
    ["a bracket in the address", changed("alice@bank.example>", "alice>@bank.example>")],
    ["a padded time", changed("> 1", "> 01")],
    ["a negative time", changed("> 1", "> -1")],
    ["a fraction of a second", changed(" +0000", ".5 +0000")],
    ["a zone of five digits", changed("+0000", "+00000")],
    ["no zone", changed(" +0000", "")],
    ["something after the zone", changed("+0000", "+0000 ")],
    ["a line end of another system", changed("+0000\n", "+0000\r\n")],
  ])("%s", (_, text) => {
    expect(codeOf(text)).toBe("MALFORMED_COMMIT");
  });
});

describe("limits", () => {
  const filler = (length: number): string => "x".repeat(length);

  it("bounds the message", () => {
    expect(codeOf(commitObject({ message: filler(MAX_MESSAGE_BYTES) }))).toBe("accepted");
    expect(codeOf(commitObject({ message: filler(MAX_MESSAGE_BYTES + 1) }))).toBe("MALFORMED_COMMIT");
  });

  it.each([
    ["the author's name", "author Alice", (text: string) => `author ${text}`],
    ["the committer's name", "committer Alice", (text: string) => `committer ${text}`],
    ["the address", "alice@bank.example", (text: string) => text],
  ])("bounds %s", (_, from, to) => {
    expect(codeOf(changed(from, to(filler(MAX_IDENTITY_BYTES))))).toBe("accepted");
    expect(codeOf(changed(from, to(filler(MAX_IDENTITY_BYTES + 1))))).toBe("MALFORMED_COMMIT");
  });

  it("bounds the parents", () => {
    const parents = (count: number) => Array<string>(count).fill(PARENT);
    expect(codeOf(commitObject({ parents: parents(MAX_PARENTS) }))).toBe("accepted");
    expect(codeOf(commitObject({ parents: parents(MAX_PARENTS + 1) }))).toBe("MALFORMED_COMMIT");
  });

  it("bounds the signature", () => {
    const header = "gpgsig \n".length;
    expect(codeOf(addSignature(commitObject(), filler(MAX_SIGNATURE_BYTES - header)))).toBe("accepted");
    expect(codeOf(addSignature(commitObject(), filler(MAX_SIGNATURE_BYTES - header + 1)))).toBe(
      "MALFORMED_COMMIT",
    );
  });

  it("bounds the headers", () => {
    expect(codeOf(commitObject({ extra: [`x ${filler(MAX_HEADER_BYTES / 2)}`] }))).toBe("accepted");
    expect(codeOf(commitObject({ extra: [`x ${filler(MAX_HEADER_BYTES)}`] }))).toBe("MALFORMED_COMMIT");
  });
});

describe("any bytes at all", () => {
  it("are answered, never thrown at", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(["accepted", "MALFORMED_COMMIT"]).toContain(codeOf(bytes));
      }),
    );
  });

  it("that differ from a signed commit in one byte differ in payload, signature, or are malformed", () => {
    const honest = addSignature(commitObject({ parents: [PARENT] }), ARMOR);
    const { payload, signature } = accept(honest);
    fc.assert(
      fc.property(fc.nat(honest.length - 1), fc.integer({ min: 1, max: 255 }), (index, flip) => {
        const bytes = Buffer.from(honest);
        bytes.writeUInt8(bytes.readUInt8(index) ^ flip, index);
        const parsed = parseCommit(bytes);
        if (!parsed.ok) return;
        const same =
          Buffer.compare(parsed.value.payload, payload) === 0 && parsed.value.signature === signature;
        expect(same).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
