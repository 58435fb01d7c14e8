import { describe, expect, it } from "vitest";
import { judgeObject } from "../integration/commits/judge.ts";
import { sshMaterial } from "../integration/commits/material.ts";
import { addSignature, ed25519, PARENT, sshSigned, TREE } from "../integration/commits/objects.ts";

const key = ed25519();
const keys = [sshMaterial(key)];
const EVIL_TREE = "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";
const honest = sshSigned(key, { parents: [PARENT] });

/** The honest commit and its genuine signature, with headers put in or moved about. */
function changed(from: string | RegExp, to: string): Buffer {
  return Buffer.from(honest.toString("latin1").replace(from, to), "latin1");
}

/**
 * A verifier that parses a commit and encodes it again checks bytes that git never stored: with two `tree`
 * headers it verifies the one, and what is checked out is the other.
 */
describe("a commit with a header twice", () => {
  it("is refused; the honest one is not", async () => {
    expect(await judgeObject(honest, { keys })).toBe("verified by alice");
  });

  it.each([
    ["another tree before the signed one", changed(/^/, `tree ${EVIL_TREE}\n`)],
    ["another tree after the signed one", changed("\nparent", `\ntree ${EVIL_TREE}\nparent`)],
    ["the same tree again", changed("\nparent", `\ntree ${TREE}\nparent`)],
    ["another tree behind the signature", changed("\n\n", `\ntree ${EVIL_TREE}\n\n`)],
    ["another author", changed("\ncommitter", "\nauthor Eve <eve@x.example> 1 +0000\ncommitter")],
    ["another committer", changed("\ngpgsig", "\ncommitter Eve <eve@x.example> 1 +0000\ngpgsig")],
    ["a parent behind the author", changed("\ncommitter", `\nparent ${EVIL_TREE}\ncommitter`)],
    ["the author before the parent", changed(/(parent .*\n)(author .*\n)/, "$2$1")],
    [
      "the signature before the tree",
      changed(/(^[\s\S]*)(gpgsig [\s\S]*-----END SSH SIGNATURE-----\n)/, "$2$1"),
    ],
    [
      "a second signature",
      addSignature(honest, "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----"),
    ],
    ["headers that no signature covers", changed("\n\n", `\ngpgsig-sha256 tree ${EVIL_TREE}\n\n`)],
  ])("%s", async (_, bytes) => {
    expect(bytes.equals(honest)).toBe(false);
    expect(await judgeObject(bytes, { keys })).toBe("MALFORMED_COMMIT");
  });

  it("that names another tree in the place of the signed one is not what was signed", async () => {
    expect(await judgeObject(changed(TREE, EVIL_TREE), { keys })).toBe("BAD_SIGNATURE");
  });
});
