import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ed25519 } from "../../test/integration/commits/objects.ts";
import { sshSignedTag } from "../../test/integration/tags/objects.ts";
import { splitApprovalNote } from "./approval-note.ts";
import { parseTag } from "./tag.ts";

const approval = sshSignedTag(ed25519(), { name: "sluice-approval" });

const LINES = [
  "",
  " ",
  "object 1111111111111111111111111111111111111111",
  "-----BEGIN SSH SIGNATURE-----",
  "-----END SSH SIGNATURE-----",
  "-----BEGIN PGP SIGNATURE-----",
  "-----END PGP SIGNATURE-----",
  "-----BEGIN SIGNED MESSAGE-----",
  "hello\r",
  "\0",
];

/** Text of a note, made of what its reader looks for. */
const text = fc.array(fc.constantFrom(...LINES), { maxLength: 12 }).map((lines) => lines.join("\n"));

function withoutEnds(lines: string): string {
  return lines.replaceAll("\n", "");
}

describe("the parts of a note", () => {
  it("are pieces of it, in its order, with nothing but line ends between them", () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: "binary" })), (content) => {
        const note = Buffer.from(content);
        const parts = splitApprovalNote(note).map((part) => Buffer.from(part).toString("latin1"));
        expect(parts).not.toContain("");
        const pieces = parts.map((part) => part.replace(/^\n+|\n+$/g, ""));
        expect(withoutEnds(parts.join("\n"))).toBe(withoutEnds(note.toString("latin1")));
        expect(pieces.every((piece) => note.includes(Buffer.from(piece, "latin1")))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it("are whole approvals, whatever text is after them", () => {
    fc.assert(
      fc.property(text, (after) => {
        const note = Buffer.concat([approval, Buffer.from("\n"), approval, Buffer.from(after)]);
        expect(splitApprovalNote(note).slice(0, 2)).toEqual([approval, approval]);
      }),
    );
  });

  it("are parsed as tags, or refused", () => {
    fc.assert(
      fc.property(fc.nat(approval.length), text, (at, inserted) => {
        const note = Buffer.concat([approval.subarray(0, at), Buffer.from(inserted), approval.subarray(at)]);
        for (const part of splitApprovalNote(note)) {
          const tag = parseTag(part);
          if (!tag.ok) expect(tag.refusals[0].code).toBe("MALFORMED_TAG");
        }
      }),
      { numRuns: 500 },
    );
  });
});
