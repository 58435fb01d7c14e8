import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type FetchedSnapshot,
  type FetchRequest,
  fetchSnapshot,
  type RefSelector,
} from "../../../src/git/index.ts";
import { commit, commitLine, git, makeBareRepository, makeFolder, setBranch } from "./support/git.ts";
import { serveGit, serveThrough } from "./support/servers.ts";

async function setUp(basicAuth?: { readonly username: string; readonly password: string }) {
  const root = makeFolder();
  const path = makeBareRepository(root);
  const relay = await serveThrough(await serveGit(root, basicAuth && { basicAuth }));
  const stateDir = makeFolder();
  const fetch = (ref: RefSelector, request: Partial<FetchRequest> = {}): Promise<FetchedSnapshot> =>
    fetchSnapshot({ url: `${relay.url}/config.git`, ref, stateDir, ...request });
  const packs = (): number => relay.seen.splice(0).filter(({ body }) => body.includes("want ")).length;
  return { path, relay, stateDir, fetch, packs };
}

function tag(path: string, name: string, target: string): string {
  git(path, ["tag", "-a", "-f", "-m", "release", name, target]);
  return git(path, ["rev-parse", `refs/tags/${name}`]);
}

function oidsOf(fetched: FetchedSnapshot): string[] {
  return fetched.ok
    ? fetched.value.range.commits.map(({ oid }) => oid)
    : fetched.refusals.map(({ code }) => code);
}

describe("a fetch of a tag", () => {
  it("brings its commit, the range, and the tag for whoever judges it", async () => {
    const { path, fetch, packs, stateDir } = await setUp();
    const [first = "", second = "", third = ""] = commitLine(path, 3);
    const one = tag(path, "v1", first);
    const found = await fetch({ tag: "v1" });
    expect(found).toMatchObject({ ok: true, ref: "refs/tags/v1", head: first, tag: one });
    expect(found.ok && found.value.tag).toMatchObject({
      ref: "refs/tags/v1",
      oid: one,
      targetType: "commit",
    });
    expect(packs()).toBe(1);
    expect(await fetch({ tag: "v1" })).toMatchObject({ head: first });
    expect(packs()).toBe(0);

    const two = tag(path, "release/2", third);
    const next = await fetch({ tag: "release/2" }, { base: first });
    expect(next).toMatchObject({ ref: "refs/tags/release/2", head: third, tag: two });
    expect(oidsOf(next)).toEqual([third, second]);
    const state = join(stateDir, readdirSync(stateDir)[0] ?? "");
    expect(git(state, ["rev-parse", "refs/tags/release/2"])).toBe(two);
    expect(git(state, ["fsck", "--full", "--no-dangling"])).toBe("");
  });

  it("follows it where it was moved, and says that the new place does not descend", async () => {
    const { path, fetch } = await setUp();
    const [first = "", second = ""] = commitLine(path, 2);
    tag(path, "v1", second);
    expect(await fetch({ tag: "v1" })).toMatchObject({ head: second });
    tag(path, "v1", first);
    const back = await fetch({ tag: "v1" }, { base: second });
    expect(back).toMatchObject({ head: first, value: { range: { descendsFromBase: false, commits: [] } } });
  });

  it("hands over a lightweight and a nested one as they are", async () => {
    const { path, fetch } = await setUp();
    const [first = ""] = commitLine(path, 1);
    git(path, ["tag", "light", first]);
    const light = await fetch({ tag: "light" });
    expect(light).toMatchObject({ head: first, tag: first, value: { tag: { object: { type: "commit" } } } });
    const inner = tag(path, "inner", first);
    const outer = tag(path, "outer", inner);
    const nested = await fetch({ tag: "outer" });
    expect(nested).toMatchObject({ head: first, tag: outer, value: { tag: { targetType: "tag" } } });
    git(path, ["tag", "-a", "-m", "x", "tree", `${first}^{tree}`]);
    await expect(fetch({ tag: "tree" })).rejects.toMatchObject({ code: "NOT_A_COMMIT" });
  });

  it("says what is there instead, and takes no branch for it", async () => {
    const { path, fetch } = await setUp();
    const [first = ""] = commitLine(path, 1);
    tag(path, "v1.0", first);
    for (const name of ["v1", "main", "V1.0"]) {
      await expect(fetch({ tag: name })).rejects.toMatchObject({
        code: "REF_NOT_FOUND",
        remedy: expect.stringContaining("v1.0"),
      });
    }
    await expect(fetch({ tag: "../v1" })).rejects.toMatchObject({ code: "BAD_REF_NAME" });
  });
});

describe("a fetch of a range of versions", () => {
  it("takes the highest, and a higher one when it is there", async () => {
    const { path, fetch, packs } = await setUp();
    const line = commitLine(path, 3);
    tag(path, "v1.9.0", line[0] ?? "");
    tag(path, "v1.10.0", line[1] ?? "");
    tag(path, "v2.0.0", line[2] ?? "");
    const found = await fetch({ semver: "1.x" });
    expect(found).toMatchObject({ ref: "refs/tags/v1.10.0", head: line[1] });
    packs();
    tag(path, "v1.11.0", line[2] ?? "");
    const next = await fetch({ semver: "1.x" }, { base: line[1] });
    expect(next).toMatchObject({ ref: "refs/tags/v1.11.0", head: line[2] });
    expect(oidsOf(next)).toEqual([line[2]]);
    expect(packs()).toBe(1);
  });

  it("says which versions there are where none is in it, and which are one", async () => {
    const { path, fetch } = await setUp();
    const [first = "", second = ""] = commitLine(path, 2);
    tag(path, "v1.0.0", first);
    await expect(fetch({ semver: ">=2" })).rejects.toMatchObject({
      code: "REF_NOT_FOUND",
      remedy: expect.stringContaining("1.0.0"),
    });
    tag(path, "1.0.0", second);
    await expect(fetch({ semver: "1.x" })).rejects.toMatchObject({ code: "AMBIGUOUS_VERSION" });
  });
});

describe("a fetch of a commit", () => {
  it("brings exactly that one, whatever the branches hold", async () => {
    const { path, fetch, packs } = await setUp();
    const [first = "", second = ""] = commitLine(path, 3);
    const found = await fetch({ commit: second }, { base: first });
    expect(found).toMatchObject({ ref: second, head: second, tag: undefined });
    expect(oidsOf(found)).toEqual([second]);
    expect(packs()).toBe(1);
    expect(await fetch({ commit: second })).toMatchObject({ head: second });
    expect(packs()).toBe(0);
  });

  it("asks the server also where the commit is here: who may not read it gets nothing", async () => {
    const login = { username: "sluice", password: "secret" };
    const auth = { login };
    const { path, fetch } = await setUp(login);
    const [first = ""] = commitLine(path, 1);
    expect(await fetch({ commit: first }, { auth })).toMatchObject({ head: first });
    await expect(fetch({ commit: first })).rejects.toMatchObject({ code: "AUTHENTICATION" });
  });

  it("says that a commit is not there, or not handed out, or none", async () => {
    const { path, relay, fetch } = await setUp();
    const [first = "", second = ""] = commitLine(path, 2);
    await expect(fetch({ commit: "1".repeat(40) })).rejects.toMatchObject({ code: "REF_NOT_FOUND" });
    await expect(fetch({ commit: tag(path, "v1", second) })).rejects.toMatchObject({ code: "NOT_A_COMMIT" });
    const loose = commit(path, { parents: [second], files: { "app.yaml": "x" }, at: 9 });
    relay.isOld = true; // protocol 0 hands out what refs reach, unless it is told otherwise
    await expect(fetch({ commit: loose })).rejects.toMatchObject({ code: "REF_NOT_FOUND" });
    expect(await fetch({ commit: first })).toMatchObject({ head: first });
    git(path, ["config", "uploadpack.allowAnySHA1InWant", "true"]);
    expect(await fetch({ commit: loose })).toMatchObject({ head: loose });
  });

  it("names what it reached, so that the next one costs what is new", async () => {
    const { path, relay, fetch } = await setUp();
    const line = commitLine(path, 3);
    await fetch({ commit: line[1] ?? "" });
    let received = 0;
    relay.tamper = (answer) => {
      received += answer.readUInt32BE(answer.indexOf("PACK") + 8);
      return answer;
    };
    await fetch({ commit: line[2] ?? "" }, { base: line[1] });
    expect(received).toBe(3);
    setBranch(path, "other", commit(path, { parents: [line[2] ?? ""], files: { "app.yaml": "x" }, at: 9 }));
    await fetch({ branch: "other" }, { base: line[2] });
    expect(received).toBe(6);
  });
});
