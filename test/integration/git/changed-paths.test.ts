import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { readCommitLinks } from "../../../src/git/history/commit-links.ts";
import { changedPaths, DEFAULT_GIT_LIMITS, openRepository, readRange } from "../../../src/git/index.ts";
import { ChangedPaths } from "../../../src/git/tree/changed-paths.ts";
import { Turns } from "../../../src/git/turns.ts";
import { describeWithTools } from "../../support/tools.ts";
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

describeWithTools(["time"], "the paths that differ", () => {
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

describeWithTools(["time"], "what each commit of a range changed", () => {
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

  it("is the union over all parents, as `git diff-tree -m` lists it, where they have no history in common", async () => {
    const path = makeBareRepository(makeFolder());
    await fc.assert(
      fc.asyncProperty(fc.array(trees, { minLength: 2, maxLength: 3 }), trees, async (sides, files) => {
        const parents = sides.map((side, at) => commit(path, { files: side, at, message: `${at}` }));
        const merge = commit(path, { parents, files, at: 9 });
        const expected = new Set(parents.flatMap((parent) => diffTree(path, parent, merge)));
        expect(await changedBy(path, merge)).toEqual(sorted([...expected]));
      }),
      { numRuns: 10 },
    );
  });

  it("is, for a merge, the paths where it is not what its sides give, path by path", async () => {
    const path = makeBareRepository(makeFolder());
    const seen = { clean: 0, changed: 0 };
    await fc.assert(
      fc.asyncProperty(
        trees,
        fc.array(trees, { minLength: 2, maxLength: 3 }),
        trees,
        fc.boolean(),
        async (base, sides, other, isClean) => {
          const fork = commit(path, { files: base });
          const parents = sides.map((files, at) =>
            commit(path, { parents: [fork], files, at: at + 1, message: `${at}` }),
          );
          const names = sorted([...new Set([base, ...sides, other].flatMap((files) => Object.keys(files)))]);
          const put = new Map(
            names.map((name) => [
              name,
              putTogether(
                base[name],
                sides.map((files) => files[name]),
              ),
            ]),
          );
          const files = isClean ? Object.fromEntries(onlyFiles(put)) : other;
          if (!isTree(files)) return;
          const merge = commit(path, { parents, files, at: 9 });
          const expected = names.filter((name) => put.get(name) !== (files[name] ?? "absent"));
          expect(await changedBy(path, merge)).toEqual(expected);
          if (expected.length === 0) seen.clean += 1;
          else seen.changed += 1;
        },
      ),
      { numRuns: 40, seed: 3 },
    );
    expect(seen.clean).toBeGreaterThan(0);
    expect(seen.changed).toBeGreaterThan(5);
  });

  it("is nothing for what `git merge-tree` puts together without a look into files", async () => {
    const path = makeBareRepository(makeFolder());
    let merged = 0;
    await fc.assert(
      fc.asyncProperty(trees, trees, trees, async (base, ours, theirs) => {
        const fork = commit(path, { files: base });
        // Nothing is taken away: git looks for where it went, and merges there what is in the files.
        const parents = [ours, theirs].map((files, at) =>
          commit(path, { parents: [fork], files: { ...base, ...files }, at: at + 1 }),
        );
        const tree = cleanMerge(path, parents);
        if (tree === undefined) return;
        merged += 1;
        expect(await changedBy(path, commitTree(path, { tree, parents, at: 9 }))).toEqual([]);
      }),
      { numRuns: 20, seed: 3 },
    );
    expect(merged).toBeGreaterThan(1);
  });

  describe("a merge that takes an old version", () => {
    let path: string;
    let old: string;
    let fixed: string;
    let side: string;

    beforeEach(() => {
      path = makeBareRepository(makeFolder());
      old = commit(path, { files: { prod: "weak", docs: "1" } });
      fixed = commit(path, { parents: [old], files: { prod: "fixed", docs: "1" }, at: 1 });
      side = commit(path, { parents: [old], files: { prod: "weak", docs: "2" }, at: 2 });
    });

    it("has changed it, and its honest twin has changed nothing", async () => {
      const merge = (parents: readonly string[], files: Files) => commit(path, { parents, files, at: 3 });
      for (const parents of [
        [fixed, side],
        [side, fixed],
      ]) {
        expect(await changedBy(path, merge(parents, { prod: "weak", docs: "2" }))).toEqual(["prod"]);
        expect(await changedBy(path, merge(parents, { prod: "fixed", docs: "1" }))).toEqual(["docs"]);
        expect(await changedBy(path, merge(parents, { prod: "fixed", docs: "2" }))).toEqual([]);
        expect(await changedBy(path, merge(parents, { docs: "2" }))).toEqual(["prod"]);
      }
    });

    it("has changed it where both sides had, whichever it takes", async () => {
      const other = commit(path, { parents: [old], files: { prod: "other", docs: "1" }, at: 2 });
      for (const prod of ["fixed", "other", "weak"]) {
        const merge = commit(path, { parents: [fixed, other], files: { prod, docs: "1" }, at: 3 });
        expect(await changedBy(path, merge)).toEqual(["prod"]);
      }
      const same = commit(path, {
        parents: [old],
        files: { prod: "fixed", docs: "1" },
        at: 2,
        message: "same",
      });
      const merge = commit(path, { parents: [fixed, same], files: { prod: "fixed", docs: "1" }, at: 3 });
      expect(await changedBy(path, merge)).toEqual([]);
    });

    it("has changed it after a criss-cross, where nobody can tell who was first", async () => {
      const one = commit(path, { parents: [fixed, side], files: { prod: "fixed", docs: "2" }, at: 3 });
      const two = commit(path, { parents: [side, fixed], files: { prod: "weak", docs: "2" }, at: 4 });
      const merge = commit(path, { parents: [one, two], files: { prod: "weak", docs: "2" }, at: 5 });
      expect(git(path, ["merge-base", "--all", one, two]).split("\n")).toHaveLength(2);
      expect(await changedBy(path, merge)).toEqual(["prod"]);
    });

    it("has changed it whatever the commits say of when they were made", async () => {
      const late = commit(path, { parents: [old], files: { prod: "fixed", docs: "1" }, at: 1000 });
      const early = commit(path, { parents: [late], files: { prod: "fixed", docs: "3" }, at: -1000 });
      const back = commit(path, { parents: [late], files: { prod: "fixed", docs: "4" }, at: -2000 });
      const merge = commit(path, { parents: [early, back], files: { prod: "weak", docs: "3" }, at: -3000 });
      expect(await changedBy(path, merge)).toEqual(["docs", "prod"]);
    });

    it("has changed it in an octopus, and in a shallow clone", async () => {
      const third = commit(path, { parents: [old], files: { prod: "weak", docs: "1", more: "1" }, at: 2 });
      const parents = [fixed, side, third];
      const whole = { prod: "fixed", docs: "2", more: "1" };
      expect(await changedBy(path, commit(path, { parents, files: whole, at: 3 }))).toEqual([]);
      const evil = commit(path, { parents, files: { ...whole, prod: "weak" }, at: 3 });
      expect(await changedBy(path, evil)).toEqual(["prod"]);
    });
  });

  it("looks for where sides parted only as long as the limits let it", async () => {
    const path = makeBareRepository(makeFolder());
    const fork = commit(path, { files: { a: "1", b: "1" } });
    const sides = [
      { a: "2", b: "1" },
      { a: "1", b: "2" },
    ].map((files, at) => commit(path, { parents: [fork], files, at: at + 1 }));
    const merge = commit(path, { parents: sides, files: { a: "2", b: "2" }, at: 3 });
    expect(await changedBy(path, merge, { walkedEdges: 10 })).toEqual([]);
    expect(await changedBy(path, merge, { walkedEdges: 2 })).toEqual(["a", "b"]);
  });
});

/** What a commit itself changed. */
async function changedBy(
  path: string,
  oid: string,
  limits: object = {},
): Promise<readonly string[] | undefined> {
  const repository = await openRepository(path, { ...DEFAULT_GIT_LIMITS, ...limits });
  const changed = new ChangedPaths(repository, new Turns());
  return await changed
    .ofCommit(readCommitLinks(repository.read(oid, "commit")))
    .finally(() => repository.close());
}

/** What sides that forked from one commit give for a path, one after the other; undefined for a conflict. */
function putTogether(base: string | undefined, sides: readonly (string | undefined)[]): string | undefined {
  const changes = new Set(sides.filter((side) => side !== base));
  if (changes.size > 1) return undefined;
  return [...changes, base][0] ?? "absent";
}

function onlyFiles(put: ReadonlyMap<string, string | undefined>): [string, string][] {
  return [...put].flatMap(([name, text]) => (text === undefined || text === "absent" ? [] : [[name, text]]));
}

/** No file is a folder's name, and there is one. */
function isTree(files: Files): boolean {
  const names = Object.keys(files);
  return names.length > 0 && names.every((name) => !names.some((other) => other.startsWith(`${name}/`)));
}

function cleanMerge(path: string, [ours = "", theirs = ""]: readonly string[]): string | undefined {
  try {
    return git(path, [
      "-c",
      "merge.renames=false",
      "merge-tree",
      "--write-tree",
      "--no-messages",
      ours,
      theirs,
    ]);
  } catch {
    return undefined;
  }
}
