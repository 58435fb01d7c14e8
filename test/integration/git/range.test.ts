import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_COMMIT_BYTES, MAX_MESSAGE_BYTES, MAX_PARENTS } from "../../../src/git/commit-headers.ts";
import {
  DEFAULT_GIT_LIMITS,
  openRepository,
  type Repository,
  readRange,
  readSnapshot,
  streamRange,
} from "../../../src/git/index.ts";
import {
  commit,
  commitLine,
  git,
  hashObject,
  makeBareRepository,
  makeFolder,
  setBranch,
  sorted,
} from "./support/git.ts";
import { type Graph, graphs, importGraph, reachable } from "./support/graph.ts";

async function rangeOids(repository: Repository, head: string, base: string | undefined): Promise<string[]> {
  const commits = await Array.fromAsync(streamRange(repository, head, base));
  return commits.map(({ oid }) => oid);
}

async function openClosing(path: string, limits: Partial<typeof DEFAULT_GIT_LIMITS> = {}) {
  const value = await openRepository(path, { ...DEFAULT_GIT_LIMITS, ...limits });
  return { value, [Symbol.dispose]: () => value.close() };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

async function importRandom(graph: Graph): Promise<{ path: string; oids: string[]; repository: Repository }> {
  const path = makeBareRepository(makeFolder());
  const oids = importGraph(path, graph);
  return { path, oids, repository: await openRepository(path) };
}

describe("a range", () => {
  it("is exactly what the head reaches and the base does not, whatever the dates say", async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async (graph) => {
        const { oids, repository } = await importRandom(graph);
        for (const [head] of graph.commits.entries()) {
          for (const [base] of graph.commits.entries()) {
            const admitted = reachable(graph, base);
            const expected = [...reachable(graph, head)].filter((index) => !admitted.has(index));
            const range = await readRange(repository, oids[head] ?? "", oids[base]);
            const found = range.commits.map(({ oid }) => oids.indexOf(oid));
            expect(found.toSorted((a, b) => a - b)).toEqual(expected.toSorted((a, b) => a - b));
            expect(range.descendsFromBase).toBe(reachable(graph, head).has(base));
          }
        }
        repository.close();
      }),
      { numRuns: 40 },
    );
  });

  it("is what `git rev-list` says, given a commit graph to be exact with", async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.nat(), fc.nat(), async (graph, headChoice, baseChoice) => {
        const { path, oids, repository } = await importRandom(graph);
        const head = oids[headChoice % oids.length] ?? "";
        const base = oids[baseChoice % oids.length] ?? "";
        git(path, ["commit-graph", "write", "--reachable"]);
        const listed = git(path, ["rev-list", "--topo-order", `${base}..${head}`]);
        const expected = listed === "" ? [] : listed.split("\n");
        expect(sorted(await rangeOids(repository, head, base))).toEqual(sorted(expected));
        repository.close();
      }),
      { numRuns: 40 },
    );
  });

  it("has every child before its parents, and the same order each time", async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async (graph) => {
        const { oids, repository } = await importRandom(graph);
        const head = oids.at(-1) ?? "";
        const order = await rangeOids(repository, head, undefined);
        for (const [index, { parents }] of graph.commits.entries()) {
          const child = order.indexOf(oids[index] ?? "");
          if (child === -1) continue;
          for (const parent of parents) expect(order.indexOf(oids[parent] ?? "")).toBeGreaterThan(child);
        }
        expect(order[0]).toBe(head);
        expect(await rangeOids(repository, head, undefined)).toEqual(order);
        repository.close();
      }),
      { numRuns: 20 },
    );
  });

  it("costs what is new, not what is old", async () => {
    const path = makeBareRepository(makeFolder());
    const line = commitLine(path, 30);
    const limits = { ...DEFAULT_GIT_LIMITS, walkedCommits: 6 };
    const repository = await openRepository(path, limits);
    const [head = "", , base] = line.toReversed();
    expect(await rangeOids(repository, head, base)).toHaveLength(2);
    await expect(rangeOids(repository, head, line[0])).rejects.toMatchObject({ code: "HISTORY_TOO_LONG" });
    repository.close();
  });

  it("is empty where the head is the base", async () => {
    const path = makeBareRepository(makeFolder());
    const [only = ""] = commitLine(path, 1);
    const repository = await openRepository(path);
    expect(await readRange(repository, only, only)).toMatchObject({ commits: [], descendsFromBase: true });
    repository.close();
  });

  it("is all of history where the base is not in the repository, which does not descend from it", async () => {
    const path = makeBareRepository(makeFolder());
    const line = commitLine(path, 3);
    const repository = await openRepository(path);
    const range = await readRange(repository, line[2] ?? "", "1".repeat(40));
    expect(range.descendsFromBase).toBe(false);
    expect(range.commits.map(({ oid }) => oid)).toEqual(line.toReversed());
    await expect(rangeOids(repository, line[2] ?? "", "1".repeat(40))).rejects.toMatchObject({
      code: "OBJECT_MISSING",
    });
    repository.close();
  });

  it("is handed over whole up to the limit, and not in part past it", async () => {
    const path = makeBareRepository(makeFolder());
    const head = commitLine(path, 5).at(-1) ?? "";
    const enough = await openRepository(path, { ...DEFAULT_GIT_LIMITS, rangeCommits: 5 });
    expect((await readRange(enough, head, undefined)).commits).toHaveLength(5);
    const short = await openRepository(path, { ...DEFAULT_GIT_LIMITS, rangeCommits: 4 });
    await expect(readRange(short, head, undefined)).rejects.toMatchObject({ code: "HISTORY_TOO_LONG" });
    enough.close();
    short.close();
  });

  it.each([
    ["commits, in bytes", "rangeBytes", 9, (sizes: readonly number[]) => sum(sizes)],
    ["the paths that they change", "rangePathBytes", 3, () => 3 * ("a".length + 64)],
  ] as const)("is handed over whole up to the limit of %s", async (_, limit, length, enough) => {
    const path = makeBareRepository(makeFolder());
    let head: string | undefined;
    for (let at = 0; at < length; at += 1) {
      head = commit(path, { ...(head && { parents: [head] }), at, files: { a: `${at}` } });
    }
    const read = async (limits: Partial<typeof DEFAULT_GIT_LIMITS>) => {
      using repository = await openClosing(path, limits);
      const { commits } = await readRange(repository.value, head ?? "", undefined, {
        withChangedPaths: true,
      });
      return commits.map(({ bytes }) => bytes.length);
    };
    const most = enough(await read({}));
    expect(await read({ [limit]: most })).toHaveLength(length);
    await expect(read({ [limit]: most - 1 })).rejects.toMatchObject({ code: "HISTORY_TOO_LONG" });
  });

  it("counts the parents that a walk meets", async () => {
    const path = makeBareRepository(makeFolder());
    const head = commitLine(path, 5).at(-1) ?? "";
    const walk = async (walkedEdges: number) => {
      using repository = await openClosing(path, { walkedEdges });
      return await rangeOids(repository.value, head, undefined);
    };
    expect(await walk(4)).toHaveLength(5);
    await expect(walk(3)).rejects.toMatchObject({ code: "HISTORY_TOO_LONG" });
  });

  describe("holds no commit that the strict reading refuses for its size", () => {
    function raw(path: string, parents: number, messageBytes: number): string {
      const root = commit(path, { message: "root" });
      const tree = git(path, ["rev-parse", `${root}^{tree}`]);
      const person = "T <t@bank.example> 1700000000 +0000";
      const links = `tree ${tree}\n${`parent ${root}\n`.repeat(parents)}`;
      const headers = `${links}author ${person}\ncommitter ${person}\n`;
      return hashObject(path, "commit", `${headers}\n${"m".repeat(messageBytes)}`);
    }

    it.each([
      ["parents", MAX_PARENTS, 1, MAX_PARENTS + 1, 1],
      ["bytes", 1, MAX_MESSAGE_BYTES, 1, MAX_COMMIT_BYTES],
    ])("by its %s", async (_, parents, bytes, manyParents, manyBytes) => {
      const path = makeBareRepository(makeFolder());
      using repository = await openClosing(path);
      expect(await rangeOids(repository.value, raw(path, parents, bytes), undefined)).toHaveLength(2);
      const bad = raw(path, manyParents, manyBytes);
      await expect(rangeOids(repository.value, bad, undefined)).rejects.toMatchObject({
        code: "MALFORMED_COMMIT",
      });
      const source = { url: "https://git.bank.example/x", ref: "refs/heads/main", base: undefined, path: "" };
      expect(await readSnapshot(repository.value, { ...source, head: bad }, {})).toMatchObject({
        ok: false,
        refusals: [{ code: "MALFORMED_COMMIT" }],
      });
    });
  });

  it("stops at a base that is older than everything before it", async () => {
    const path = makeBareRepository(makeFolder());
    const root = commit(path, { at: 1000, message: "root" });
    const base = commit(path, { parents: [root], at: 0, message: "base" });
    const side = commit(path, { parents: [root], at: 2000, message: "side" });
    const head = commit(path, { parents: [base, side], at: 5, message: "head" });
    setBranch(path, "main", head);
    const repository = await openRepository(path);
    expect(sorted(await rangeOids(repository, head, base))).toEqual(sorted([side, head]));
    repository.close();
  });

  it("ends with the signal that ends the work", async () => {
    const path = makeBareRepository(makeFolder());
    const head = commitLine(path, 2).at(-1) ?? "";
    const repository = await openRepository(path);
    const walk = (signal: AbortSignal) => readRange(repository, head, undefined, { signal });
    expect((await walk(new AbortController().signal)).commits).toHaveLength(2);
    await expect(walk(AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
    repository.close();
  });
});
