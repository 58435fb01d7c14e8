import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DEFAULT_GIT_LIMITS,
  openRepository,
  type Repository,
  readRange,
  streamRange,
} from "../../../src/git/index.ts";
import { commit, commitLine, git, makeBareRepository, makeFolder, setBranch, sorted } from "./support/git.ts";
import { type Graph, graphs, importGraph, reachable } from "./support/graph.ts";

async function rangeOids(repository: Repository, head: string, base: string | undefined): Promise<string[]> {
  const commits = await Array.fromAsync(streamRange(repository, head, base));
  return commits.map(({ oid }) => oid);
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
