import { describe, expect, it } from "vitest";
import { fetchSnapshot, openRepository, type RawCommit, streamRange } from "../../src/git/index.ts";
import { commit, makeBareRepository, makeFolder, setBranch } from "../integration/git/support/git.ts";
import { serveGit } from "../integration/git/support/servers.ts";

/** Who is judged is who is in the range: a commit that is not handed over is not looked at. */
async function bothWays(
  root: string,
  path: string,
  head: string,
  base: string,
): Promise<[string[], string[]]> {
  setBranch(path, "main", head);
  const url = `${await serveGit(root)}/config.git`;
  const judged = await fetchSnapshot({ url, ref: { branch: "main" }, stateDir: makeFolder(), base });
  const repository = await openRepository(path);
  const streamed = await Array.fromAsync(streamRange(repository, head, base));
  repository.close();
  return [judged.ok ? messages(judged.value.range.commits) : [], messages(streamed)];
}

function messages(commits: readonly RawCommit[]): string[] {
  return commits.map(({ bytes }) => Buffer.from(bytes).toString().split("\n\n")[1]?.trim() ?? "").toSorted();
}

describe("attack 4: a commit that nobody looks at", () => {
  it("in the middle of the range is in the range", async () => {
    const root = makeFolder();
    const path = makeBareRepository(root);
    const base = commit(path, { message: "admitted" });
    const honest = commit(path, { parents: [base], at: 1, message: "honest" });
    const smuggled = commit(path, { parents: [honest], at: 2, message: "smuggled" });
    const head = commit(path, { parents: [smuggled], at: 3, message: "head" });
    const expected = ["head", "honest", "smuggled"];
    expect(await bothWays(root, path, head, base)).toEqual([expected, expected]);
  });

  it("brought in by the second parent of a merge is in the range, however old it says it is", async () => {
    const root = makeFolder();
    const path = makeBareRepository(root);
    const root1 = commit(path, { at: 100, message: "root" });
    const base = commit(path, { parents: [root1], at: 101, message: "admitted" });
    for (const at of [-1_000_000, 0, 102, 1_000_000]) {
      const smuggled = commit(path, { parents: [root1], at, message: "smuggled" });
      const deeper = commit(path, { parents: [smuggled], at, message: "on top of it" });
      const head = commit(path, { parents: [base, deeper], at: 103, message: "head" });
      const expected = ["head", "on top of it", "smuggled"];
      expect(await bothWays(root, path, head, base)).toEqual([expected, expected]);
    }
  });

  it("brought in by a merge of a history without a common root is in the range", async () => {
    const root = makeFolder();
    const path = makeBareRepository(root);
    const base = commit(path, { at: 1, message: "admitted" });
    const stranger = commit(path, { at: 0, message: "stranger's root" });
    const head = commit(path, { parents: [base, stranger], at: 2, message: "head" });
    const expected = ["head", "stranger's root"];
    expect(await bothWays(root, path, head, base)).toEqual([expected, expected]);
  });

  it("twin: what was admitted before is not judged again", async () => {
    const root = makeFolder();
    const path = makeBareRepository(root);
    const first = commit(path, { message: "first" });
    const side = commit(path, { parents: [first], at: 1, message: "side" });
    const base = commit(path, { parents: [first, side], at: 2, message: "admitted merge" });
    const head = commit(path, { parents: [base, side], at: 3, message: "head" });
    expect(await bothWays(root, path, head, base)).toEqual([["head"], ["head"]]);
  });
});
