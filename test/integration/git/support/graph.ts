import * as fc from "fast-check";
import { git } from "./git.ts";

/** A history: commit `i` has parents among `0 … i-1`, and a date that need not fit them. */
export interface Graph {
  readonly commits: readonly { readonly parents: readonly number[]; readonly seconds: number }[];
}

const MAX_COMMITS = 24;

/** Histories with merges, octopuses, several roots, and dates that lie. */
export const graphs: fc.Arbitrary<Graph> = fc
  .array(
    fc.record({
      // How far back each parent is; several make a merge, none a root.
      back: fc.oneof(
        { weight: 6, arbitrary: fc.constant<number[]>([1]) },
        { weight: 4, arbitrary: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }) },
        { weight: 1, arbitrary: fc.constant<number[]>([]) },
      ),
      seconds: fc.integer({ min: 0, max: 30 }),
    }),
    { minLength: 2, maxLength: MAX_COMMITS },
  )
  .map((nodes) => ({
    commits: nodes.map(({ back, seconds }, index) => ({
      parents: [...new Set(back.map((distance) => index - distance).filter((parent) => parent >= 0))],
      seconds,
    })),
  }));

/** Writes the history into a repository, through git's own importer; gives the oids in order. */
export function importGraph(repository: string, { commits }: Graph): string[] {
  const stream = commits.flatMap(({ parents, seconds }, index) => {
    const message = `commit ${index}\n`;
    const [from, ...merge] = parents;
    return [
      `commit refs/heads/c${index}`,
      `mark :${index + 1}`,
      `committer Test <test@bank.example> ${1_700_000_000 + seconds} +0000`,
      `data ${message.length}\n${message}`,
      ...(from === undefined ? [] : [`from :${from + 1}`]),
      ...merge.map((parent) => `merge :${parent + 1}`),
      "",
    ];
  });
  git(repository, ["fast-import", "--quiet", "--force"], `${stream.join("\n")}\n`);
  const refs = git(repository, ["for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads/c*"]);
  const oids = new Map(refs.split("\n").map((line) => line.split(" ") as [string, string]));
  return commits.map((_, index) => oids.get(`c${index}`) ?? "");
}

/** By definition: everything reachable, with nothing clever. */
export function reachable({ commits }: Graph, from: number): Set<number> {
  const seen = new Set<number>();
  const pending = [from];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (seen.has(index)) continue;
    seen.add(index);
    pending.push(...(commits[index]?.parents ?? []));
  }
  return seen;
}
