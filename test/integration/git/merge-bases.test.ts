import * as fc from "fast-check";
import { expect, it } from "vitest";
import { MergeBases } from "../../../src/git/history/merge-bases.ts";
import { openRepository } from "../../../src/git/index.ts";
import { Turns } from "../../../src/git/turns.ts";
import { git, makeBareRepository, makeFolder } from "./support/git.ts";
import { graphs, importGraph } from "./support/graph.ts";

/** All best common ancestors, by git. */
function basesByGit(path: string, other: string, sides: readonly string[]): string[] {
  try {
    return git(path, ["merge-base", "--all", other, ...sides]).split("\n");
  } catch {
    return []; // git's exit code where there is none
  }
}

it("where lines part is what git says, or nothing, whatever the dates say", async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.nat(), fc.nat(), fc.nat(), async (graph, first, second, third) => {
      const path = makeBareRepository(makeFolder());
      const oids = importGraph(path, graph);
      const [one = "", two = "", other = ""] = [first, second, third].map((at) => oids[at % oids.length]);
      const repository = await openRepository(path);
      for (const sides of [[one], [one, two]]) {
        const found = await new MergeBases(repository, new Turns()).find(sides, other);
        const bases = basesByGit(path, other, sides);
        if (found !== undefined) expect(bases).toEqual([found]);
        // Without dates that lie, nothing is left open that has an answer.
        else if (isOrdered(graph.commits)) expect(bases).not.toHaveLength(1);
      }
      repository.close();
    }),
    { numRuns: 25 },
  );
});

function isOrdered(
  commits: readonly { readonly parents: readonly number[]; readonly seconds: number }[],
): boolean {
  return commits.every(({ parents, seconds }) =>
    parents.every((parent) => (commits[parent]?.seconds ?? 0) < seconds),
  );
}
