import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedPaths, DEFAULT_GIT_LIMITS, openRepository, readRange } from "../../../src/git/index.ts";
import {
  commit,
  commitTree,
  type Files,
  git,
  hashObject,
  makeBareRepository,
  makeFolder,
  rawTree,
  sorted,
} from "./support/git.ts";

/** Few names, so that trees share some: files that change, vanish, and turn into folders. */
const trees: fc.Arbitrary<Files> = fc
  .dictionary(
    fc.constantFrom("a", "a.b", "b/c", "b/d/e", "a0/x", "b.yaml", "z"),
    fc.constantFrom("1\n", "2\n"),
  )
  .filter((files) => Object.keys(files).length > 0);

function diffTree(path: string, before: string, after: string): string[] {
  const output = git(path, ["diff-tree", "-r", "--no-renames", "--name-only", "-z", before, after]);
  return sorted([...new Set(output.split("\0").filter((name) => name !== ""))]);
}

describe("the paths that differ", () => {
  it("are those of `git diff-tree`", async () => {
    const path = makeBareRepository(makeFolder());
    await fc.assert(
      fc.asyncProperty(trees, trees, async (before, after) => {
        const from = commit(path, { files: before });
        const to = commit(path, { parents: [from], files: after });
        const repository = await openRepository(path);
        expect(await changedPaths(repository, from, to)).toEqual(diffTree(path, from, to));
        expect(await changedPaths(repository, undefined, to)).toEqual(sorted(Object.keys(after)));
        repository.close();
      }),
      { numRuns: 15 },
    );
  });

  it("have a file that became a folder, and what is in it", async () => {
    const path = makeBareRepository(makeFolder());
    const from = commit(path, { files: { a: "1", b: "1" } });
    const to = commit(path, { files: { "a/x": "1", "a/y/z": "1", b: "1" } });
    const repository = await openRepository(path);
    expect(await changedPaths(repository, from, to)).toEqual(["a", "a/x", "a/y/z"]);
    expect(await changedPaths(repository, to, from)).toEqual(["a", "a/x", "a/y/z"]);
    expect(await changedPaths(repository, to, to)).toEqual([]);
    repository.close();
  });

  it("have a file whose mode alone changed", async () => {
    const path = makeBareRepository(makeFolder());
    const oid = hashObject(path, "blob", "1");
    const [plain, executable] = ["100644", "100755"].map((mode) =>
      commitTree(path, { tree: rawTree(path, [{ mode, name: "run", oid }]) }),
    );
    const repository = await openRepository(path);
    expect(await changedPaths(repository, plain, executable ?? "")).toEqual(["run"]);
    repository.close();
  });

  it("have a submodule as the folder that it is, and the file that it was", async () => {
    const path = makeBareRepository(makeFolder());
    const blob = hashObject(path, "blob", "1");
    const commits = [
      ["100644", blob],
      ["160000", "1".repeat(40)],
      ["160000", "2".repeat(40)],
    ].map(([mode = "", oid = ""]) => commitTree(path, { tree: rawTree(path, [{ mode, name: "lib", oid }]) }));
    const [file = "", before = "", after = ""] = commits;
    const repository = await openRepository(path);
    expect(await changedPaths(repository, file, before)).toEqual(["lib", "lib/"]);
    expect(await changedPaths(repository, before, after)).toEqual(["lib/"]);
    expect(await changedPaths(repository, after, file)).toEqual(["lib", "lib/"]);
    repository.close();
  });

  it("are not looked for past the limits", async () => {
    const path = makeBareRepository(makeFolder());
    const from = commit(path, { files: { "a/b/c": "1", d: "1" } });
    const to = commit(path, { files: { "a/b/c": "2", d: "1" } });
    const compare = async (limits: object): Promise<string[]> => {
      const repository = await openRepository(path, { ...DEFAULT_GIT_LIMITS, ...limits });
      return changedPaths(repository, from, to).finally(() => repository.close());
    };
    expect(await compare({ treeEntries: 8, treeDepth: 2 })).toEqual(["a/b/c"]);
    await expect(compare({ treeEntries: 7 })).rejects.toMatchObject({ code: "TREE_TOO_LARGE" });
    await expect(compare({ treeDepth: 1 })).rejects.toMatchObject({ code: "TREE_TOO_LARGE" });
  });
});

describe("what each commit of a range changed", () => {
  it("is against its parent, and everything for the first", async () => {
    const path = makeBareRepository(makeFolder());
    const first = commit(path, { files: { a: "1", b: "1" } });
    const second = commit(path, { parents: [first], files: { a: "2", b: "1" }, at: 1 });
    const repository = await openRepository(path);
    const { commits } = await readRange(repository, second, undefined, { withChangedPaths: true });
    expect(commits.map((found) => found.changedPaths)).toEqual([["a"], ["a", "b"]]);
    const without = await readRange(repository, second, undefined);
    expect(without.commits.map((found) => found.changedPaths)).toEqual([undefined, undefined]);
    repository.close();
  });

  it("has, for a merge, the path where one side's old content undoes the other's change", async () => {
    const path = makeBareRepository(makeFolder());
    const fork = commit(path, { files: { prod: "weak", docs: "1" } });
    const fix = commit(path, { parents: [fork], files: { prod: "fixed", docs: "1" }, at: 1 });
    const side = commit(path, { parents: [fork], files: { prod: "weak", docs: "2" }, at: 2 });
    const undone = { prod: "weak", docs: "2" };
    const repository = await openRepository(path);
    for (const parents of [
      [fix, side],
      [side, fix],
    ]) {
      const merge = commit(path, { parents, files: undone, at: 3 });
      const { commits } = await readRange(repository, merge, fix, { withChangedPaths: true });
      expect(commits.find(({ oid }) => oid === merge)?.changedPaths).toContain("prod");
      // `git diff-tree -c` shows what differs from every parent: nothing.
      expect(git(path, ["diff-tree", "-c", "--name-only", "--no-commit-id", merge])).toBe("");
    }
    repository.close();
  });

  it("is the union over all parents, as `git diff-tree -m` lists it", async () => {
    const path = makeBareRepository(makeFolder());
    await fc.assert(
      fc.asyncProperty(fc.array(trees, { minLength: 2, maxLength: 3 }), trees, async (sides, files) => {
        const parents = [...new Set(sides.map((side, at) => commit(path, { files: side, at })))];
        const merge = commit(path, { parents, files, at: 9 });
        const repository = await openRepository(path);
        const { commits } = await readRange(repository, merge, undefined, { withChangedPaths: true });
        const expected = new Set(parents.flatMap((parent) => diffTree(path, parent, merge)));
        expect(commits[0]?.changedPaths).toEqual(sorted([...expected]));
        repository.close();
      }),
      { numRuns: 10 },
    );
  });
});
