import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import {
  type GitObject,
  openRange,
  openRepository,
  type Repository,
  readRawTag,
} from "../../src/git/index.ts";
import { compileTrust, judgeTag, verifyCommits } from "../../src/trust/index.ts";
import { sshMaterial, trustMaterial } from "../integration/commits/material.ts";
import { commit, git, makeBareRepository, makeFolder, setBranch } from "../integration/git/support/git.ts";

/** Stands for what was crafted to collide, as 11-colliding-object-through-the-gate.test.ts tells. */
const { CRAFTED } = vi.hoisted(() => ({ CRAFTED: "crafted-to-collide" }));

vi.mock("../../src/git/objects/name-object.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../src/git/objects/name-object.ts")>();
  return {
    nameObject: (object: GitObject) => {
      const crafted = Buffer.from(object.bytes).includes(CRAFTED);
      return { ...original.nameObject(object), ...(crafted && { collision: true }) };
    },
  };
});

const trust = await compileTrust(trustMaterial([sshMaterial(generateKeyPairSync("ed25519").privateKey)]));

async function codesOf(repository: Repository, head: string, base?: string): Promise<(string | null)[]> {
  const { commits } = await openRange(repository, head, base, { withChangedPaths: true });
  return (await Array.fromAsync(verifyCommits(commits, trust, Date.now()))).map(({ code }) => code);
}

async function open(path: string) {
  const repository = await openRepository(path);
  return { repository, [Symbol.dispose]: () => repository.close() };
}

describe("attack 11: a commit that was crafted to have the name of another", () => {
  it("is refused by its own record, whatever its signature; the others are judged", async () => {
    const path = makeBareRepository(makeFolder());
    const one = commit(path, { files: { a: "1" } });
    const two = commit(path, { parents: [one], files: { a: "2" }, message: CRAFTED });
    const three = commit(path, { parents: [two], files: { a: "3" } });
    using opened = await open(path);
    // What the third changes is told by the tree of the second, which nobody can be sure of.
    expect(await codesOf(opened.repository, three)).toEqual(["SHA1_COLLISION", "SHA1_COLLISION", "UNSIGNED"]);
    expect(await codesOf(opened.repository, two)).toEqual(["SHA1_COLLISION", "UNSIGNED"]);
    expect(await codesOf(opened.repository, one)).toEqual(["UNSIGNED"]);
  });

  it("ends the walk behind the base, where no record would tell: it could lead past what is judged", async () => {
    const path = makeBareRepository(makeFolder());
    const evil = commit(path, { files: { a: "evil" }, message: "evil" });
    const crafted = commit(path, { parents: [evil], at: 1, message: CRAFTED });
    const honest = commit(path, { at: 1, message: "honest" });
    const heads = [crafted, honest].map((parent) => {
      const base = commit(path, { parents: [parent], at: 2 });
      return { base, head: commit(path, { parents: [base, evil], at: 3 }) };
    });
    using opened = await open(path);
    const ends = heads.map(({ base, head }) => codesOf(opened.repository, head, base));
    const [bad, good] = await Promise.allSettled(ends);
    expect(bad).toMatchObject({ status: "rejected", reason: { code: "SHA1_COLLISION" } });
    expect(good).toMatchObject({ status: "fulfilled", value: ["UNSIGNED", "UNSIGNED"] });
  });

  it.each([
    ["is refused where it is a tag", CRAFTED, "SHA1_COLLISION"],
    ["(the honest twin, which nobody signed)", "honest", "UNSIGNED"],
  ])("%s", async (_, message, code) => {
    const path = makeBareRepository(makeFolder());
    setBranch(path, "main", commit(path, {}));
    git(path, ["tag", "-a", "-m", message, "v1", "main"]);
    using opened = await open(path);
    expect(await judgeTag(readRawTag(opened.repository, "v1"), trust, Date.now())).toMatchObject({ code });
  });
});
