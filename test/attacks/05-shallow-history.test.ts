import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  cloneTemporarily,
  fetchSnapshot,
  openRepository,
  type RefSelector,
  streamRange,
} from "../../src/git/index.ts";
import {
  commit,
  commitLine,
  git,
  makeBareRepository,
  makeFolder,
  setBranch,
} from "../integration/git/support/git.ts";
import { serveGit } from "../integration/git/support/servers.ts";

function shallowClone(path: string, depth: number): string {
  const folder = makeFolder();
  git(folder, ["clone", "--quiet", "--bare", `--depth=${depth}`, `file://${path}`, "shallow.git"]);
  return join(folder, "shallow.git");
}

async function rangeSize(path: string, head: string, base: string | undefined): Promise<number> {
  const repository = await openRepository(path);
  const range = await Array.fromAsync(streamRange(repository, head, base)).finally(() => repository.close());
  return range.length;
}

describe("attack 5: a shallow history taken for a whole one", () => {
  it("ends in a fault where commits are missing, not in a shorter range", async () => {
    const path = makeBareRepository(makeFolder());
    const line = commitLine(path, 6);
    const [root = "", , , , , head = ""] = line;
    const shallow = shallowClone(path, 3);
    await expect(rangeSize(shallow, head, undefined)).rejects.toMatchObject({ code: "SHALLOW_HISTORY" });
    expect(await rangeSize(path, head, undefined)).toBe(6);
    expect(await rangeSize(path, head, root)).toBe(5);
  });

  it("twin: is enough where everything in the range is there", async () => {
    const path = makeBareRepository(makeFolder());
    const line = commitLine(path, 6);
    const shallow = shallowClone(path, 3);
    expect(await rangeSize(shallow, line[5] ?? "", line[3])).toBe(2);
  });

  it("ends in a fault where the second parent's side is cut off", async () => {
    const path = makeBareRepository(makeFolder());
    const [base = ""] = commitLine(path, 1);
    const hidden = commit(path, { parents: [base], message: "hidden", at: 1 });
    const side = commit(path, { parents: [hidden], message: "side", at: 2 });
    const head = commit(path, { parents: [base, side], at: 3 });
    setBranch(path, "main", head);
    expect(await rangeSize(path, head, base)).toBe(3);
    await expect(rangeSize(shallowClone(path, 2), head, base)).rejects.toMatchObject({
      code: "SHALLOW_HISTORY",
    });
  });

  it("is not believed where the repository says which commits are to have no parents", async () => {
    const path = makeBareRepository(makeFolder());
    const line = commitLine(path, 6);
    writeFileSync(join(path, "shallow"), `${line[3]}\n`);
    expect(git(path, ["rev-list", "--count", "main"])).toBe("3");
    expect(await rangeSize(path, line[5] ?? "", undefined)).toBe(6);
    rmSync(join(path, "shallow"));
    writeFileSync(join(path, "info", "grafts"), `${line[3]}\n`);
    expect(await rangeSize(path, line[5] ?? "", undefined)).toBe(6);
    git(path, ["replace", "--graft", line[3] ?? ""]);
    expect(await rangeSize(path, line[5] ?? "", undefined)).toBe(6);
  });

  it.each<[string, (head: string) => RefSelector]>([
    ["a branch", () => ({ branch: "main" })],
    ["a tag", () => ({ tag: "v1.0.0" })],
    ["a version", () => ({ semver: "1.x" })],
    ["a commit", (commit) => ({ commit })],
  ])("is a fault where a server has no more of %s itself, until it has", async (_, refOf) => {
    const path = makeBareRepository(makeFolder());
    const line = commitLine(path, 6);
    const shallow = shallowClone(path, 3);
    git(shallow, ["tag", "-a", "-m", "one", "v1.0.0", line[5] ?? ""]);
    const url = `${await serveGit(join(shallow, ".."))}/shallow.git`;
    const request = { url, ref: refOf(line[5] ?? ""), stateDir: makeFolder(), withApprovals: true };
    await expect(fetchSnapshot(request)).rejects.toMatchObject({ code: "SHALLOW_HISTORY" });
    await expect(fetchSnapshot({ ...request, base: line[0] })).rejects.toMatchObject({
      code: "SHALLOW_HISTORY",
    });
    await expect(cloneTemporarily({ url })).rejects.toMatchObject({ code: "SHALLOW_HISTORY" });
    git(shallow, ["fetch", "--quiet", "--unshallow", `file://${path}`]);
    const judged = await fetchSnapshot(request);
    expect(judged.ok && judged.value.range.commits).toHaveLength(6);
  });
});
