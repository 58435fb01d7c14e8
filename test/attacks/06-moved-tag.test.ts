import { describe, expect, it } from "vitest";
import { hashObject } from "../../src/git/index.ts";
import { DAY, ed25519, HOUR, NOW, PARENT } from "../integration/commits/objects.ts";
import { judgeTagObject, rawTag, sshSignedTag, tagObject } from "../integration/tags/objects.ts";

const key = ed25519();
const honest = sshSignedTag(key);

/** A genuine tag object, signed by a maintainer, under a ref for which it was not made. */
describe("a signed tag under another name", () => {
  it("is refused; under its own it passes", async () => {
    expect(await judgeTagObject(rawTag(honest), key)).toBe("verified by alice");
    expect(await judgeTagObject(rawTag(honest, "refs/tags/v2"), key)).toBe("TAG_NAME_MISMATCH");
  });

  it.each([
    ["in a folder", "refs/tags/stable/v1"],
    ["in another case", "refs/tags/V1"],
    ["with a suffix", "refs/tags/v1.0"],
    ["among the branches", "refs/heads/v1"],
    ["among somebody's own refs", "refs/tags/refs/tags/v1"],
  ])("%s", async (_, ref) => {
    expect(await judgeTagObject(rawTag(honest, ref), key)).toBe("TAG_NAME_MISMATCH");
  });

  it("is not helped by a name that looks like the ref", async () => {
    const full = sshSignedTag(key, { name: "refs/tags/v1" });
    expect(await judgeTagObject(rawTag(full), key)).toBe("TAG_NAME_MISMATCH");
    expect(await judgeTagObject(rawTag(full, "refs/tags/refs/tags/v1"), key)).toBe("verified by alice");
  });

  it("is not the tag any more once it is renamed", async () => {
    const renamed = Buffer.from(honest.toString().replace("tag v1", "tag v2"));
    expect(await judgeTagObject(rawTag(renamed, "refs/tags/v2"), key)).toBe("BAD_SIGNATURE");
  });
});

/** What a tag names must be what was signed: a commit, at one step. */
describe("a tag of something else", () => {
  it.each([
    ["another tag, as it says", { type: "tag" }, "tag", "NESTED_TAG"],
    ["another tag, and says a commit", {}, "tag", "NESTED_TAG"],
    ["a tree, as it says", { type: "tree" }, "tree", "TAG_NOT_OF_COMMIT"],
    ["a file, and says a commit", {}, "blob", "TAG_NOT_OF_COMMIT"],
    ["a commit, and says another tag", { type: "tag" }, "commit", "NESTED_TAG"],
    ["a commit, as it says", {}, "commit", "verified by alice"],
  ] as const)("%s", async (_, parts, really, expected) => {
    expect(await judgeTagObject(rawTag(sshSignedTag(key, parts), undefined, really), key)).toBe(expected);
  });
});

describe("a ref with nothing to verify", () => {
  it("that names the commit itself is refused, however trusted the commit is", async () => {
    const bytes = Buffer.from("tree");
    const object = { type: "commit", bytes, collision: false } as const;
    const raw = { ref: "refs/tags/v1", oid: hashObject("commit", bytes), object, targetType: undefined };
    expect(await judgeTagObject(raw, key)).toBe("LIGHTWEIGHT_TAG");
  });

  it("and a tag that nobody signed", async () => {
    expect(await judgeTagObject(rawTag(tagObject()), key)).toBe("UNSIGNED");
  });
});

describe("a signature that was borrowed", () => {
  it("from the tag of another commit", async () => {
    const moved = Buffer.from(honest.toString().replace(PARENT, "2".repeat(40)));
    expect(await judgeTagObject(rawTag(moved), key)).toBe("BAD_SIGNATURE");
  });

  it("from a stranger", async () => {
    expect(await judgeTagObject(rawTag(sshSignedTag(ed25519())), key)).toBe("UNKNOWN_KEY");
  });

  it("for a tag of tomorrow, beyond what clocks out of step explain", async () => {
    expect(await judgeTagObject(rawTag(sshSignedTag(key, { at: NOW + DAY })), key)).toBe("verified by alice");
    expect(await judgeTagObject(rawTag(sshSignedTag(key, { at: NOW + DAY + HOUR })), key)).toBe(
      "TAG_IN_FUTURE",
    );
  });
});
