import * as fc from "fast-check";
import { expect, it } from "vitest";
import { openRange, openRepository, parseCommit } from "../../../src/git/index.ts";
import { ApprovalTrail } from "../../../src/trust/approval-trail.ts";
import { makeBareRepository, makeFolder } from "../git/support/git.ts";
import { type Graph, graphs, importGraph, reachable } from "../git/support/graph.ts";

/** The merge that brought each commit of a range, as they come. */
async function findBringers(
  path: string,
  head: string,
  base: string | undefined,
): Promise<Map<string, string | undefined>> {
  const repository = await openRepository(path);
  try {
    const trail = new ApprovalTrail<string>();
    const found = new Map<string, string | undefined>();
    for await (const raw of (await openRange(repository, head, base)).commits) {
      const commit = parseCommit(raw.bytes);
      if (commit.ok) found.set(raw.oid, trail.visit(raw, commit.value, raw.oid).merge);
    }
    return found;
  } finally {
    repository.close();
  }
}

/** By definition: the merge on the line whose other parents reach the commit, and whose first parent does not. */
function bringerOf(graph: Graph, line: readonly number[], commit: number): number | undefined {
  const reaches = (from: number | undefined): boolean =>
    from !== undefined && reachable(graph, from).has(commit);
  return line.find((merge) => {
    const [first, ...others] = graph.commits[merge]?.parents ?? [];
    return others.some(reaches) && !reaches(first);
  });
}

function lineOf({ commits }: Graph, head: number): number[] {
  const line: number[] = [];
  for (let at: number | undefined = head; at !== undefined; at = commits[at]?.parents[0]) line.push(at);
  return line;
}

it("a commit was brought by the merge that the definition says, in any history", async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.nat(), fc.option(fc.nat()), async (graph, headChoice, baseChoice) => {
      const path = makeBareRepository(makeFolder());
      const oids = importGraph(path, graph);
      const head = headChoice % oids.length;
      const base = baseChoice === null ? undefined : oids[baseChoice % oids.length];
      const found = await findBringers(path, oids[head] ?? "", base);
      const line = lineOf(graph, head).filter((at) => found.has(oids[at] ?? ""));
      const expected = [...found.keys()].map((oid): [string, string | undefined] => {
        const merge = bringerOf(graph, line, oids.indexOf(oid));
        return [oid, merge === undefined ? undefined : oids[merge]];
      });
      expect([...found]).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});
