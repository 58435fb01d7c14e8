import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ed25519, PARENT } from "../../test/integration/commits/objects.ts";
import { sshSignedTag, tagObject } from "../../test/integration/tags/objects.ts";
import { MAX_SIGNATURE_BYTES } from "./commit.ts";
import { parseTag, type Tag } from "./tag.ts";

const honest = sshSignedTag(ed25519());

function read(bytes: Uint8Array): Tag {
  const parsed = parseTag(bytes);
  if (!parsed.ok) throw new Error(parsed.refusals[0].message);
  return parsed.value;
}

function codeOf(bytes: Uint8Array): string {
  const parsed = parseTag(bytes);
  return parsed.ok ? "accepted" : parsed.refusals[0].code;
}

function changed(from: string | RegExp, to: string): Buffer {
  const bytes = Buffer.from(
    honest.toString("latin1").replace(from, () => to),
    "latin1",
  );
  expect(bytes.equals(honest)).toBe(false);
  return bytes;
}

describe("a tag object", () => {
  it("is read, and what was signed is cut from its bytes", () => {
    const tag = read(honest);
    expect(tag).toMatchObject({ target: PARENT, targetType: "commit", name: "v1", message: "one\n" });
    expect(Buffer.from(tag.payload)).toEqual(tagObject().subarray(0, tag.payload.length));
    expect(`${Buffer.from(tag.payload)}${tag.signature}`).toBe(honest.toString());
  });

  it("need not be signed", () => {
    expect(read(tagObject())).not.toHaveProperty("signature");
  });

  it("may speak of signatures within a line", () => {
    const tag = read(tagObject({ message: "about -----BEGIN SSH SIGNATURE-----\n" }));
    expect(tag).not.toHaveProperty("signature");
  });

  it.each(["PGP SIGNATURE", "PGP MESSAGE", "SIGNED MESSAGE", "SSH SIGNATURE"])(
    "may end with a %s",
    (label) => {
      const signature = `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`;
      expect(read(tagObject({ message: signature }))).toMatchObject({ message: "", signature });
    },
  );
});

describe("malformed is a tag", () => {
  it.each([
    ["with another target first", changed(/^/, `object ${"2".repeat(40)}\n`)],
    ["with a second target", changed("\ntype", `\nobject ${"2".repeat(40)}\ntype`)],
    ["with a second name", changed("\ntagger", "\ntag v2\ntagger")],
    ["with a name of two lines", changed("tag v1\n", "tag v1\n 2\n")],
    ["with its headers in another order", changed(/(type .*\n)(tag .*\n)/, "tag v1\ntype commit\n")],
    ["without a tagger", changed(/tagger .*\n/, "")],
    ["with a second tagger", changed("\n\n", "\ntagger Eve <e@x> 1 +0000\n\n")],
    ["with an abbreviated target", changed(PARENT, PARENT.slice(1))],
    ["with a target in upper case", changed(PARENT, "A".repeat(40))],
    ["of something unknown", changed("type commit", "type commits")],
    ["of nothing", changed("type commit", "type ")],
    ["with bytes that no signature covers", changed("\n\n", `\ngpgsig-sha256 ${"2".repeat(40)}\n\n`)],
    ["with a signature as in a commit", changed("\n\n", "\ngpgsig AAAA\n\n")],
    ["with a header of nobody's", changed("\n\n", "\nencoding UTF-8\n\n")],
    ["without a message", changed(/\n\n[\s\S]*/, "\n")],
    ["with a NUL byte in its name", changed("tag v1", "tag v1\0")],
    ["with a name that is not UTF-8", changed("tag v1", "tag \xff")],
    ["with two signatures", Buffer.concat([honest, Buffer.from("-----BEGIN PGP SIGNATURE-----\n")])],
    ["with a signature before its message", changed("\n\n", "\n\n-----BEGIN SSH SIGNATURE-----\n")],
    ["with a signature that is too long", Buffer.concat([honest, Buffer.alloc(MAX_SIGNATURE_BYTES, 0x41)])],
  ])("%s", (_, bytes) => {
    expect(codeOf(bytes)).toBe("MALFORMED_TAG");
  });
});

describe("any bytes", () => {
  it("are answered, never thrown at", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(codeOf(bytes)).toBe("MALFORMED_TAG");
      }),
    );
  });

  it("in the place of others give a tag whose payload and signature are the bytes, or none", () => {
    fc.assert(
      fc.property(fc.nat(honest.length - 1), fc.uint8Array({ maxLength: 20 }), (at, bytes) => {
        const mutated = Buffer.concat([honest.subarray(0, at), bytes, honest.subarray(at + bytes.length)]);
        const parsed = parseTag(mutated);
        const { payload, signature = "" } = parsed.ok ? parsed.value : { payload: mutated };
        expect(Buffer.concat([payload, Buffer.from(signature, "latin1")])).toEqual(mutated);
        expect(["accepted", "MALFORMED_TAG"]).toContain(codeOf(mutated));
      }),
      { numRuns: 500 },
    );
  });
});
