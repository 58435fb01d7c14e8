import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commitObject, rawCommit } from "../../test/integration/commits/objects.ts";
import { parseCommit, type RawCommit } from "../git/index.ts";
import { ApprovalTrail } from "./approval-trail.ts";

/** A history by names: each commit with its parents, children first, the head at the top. */
type History = readonly (readonly [name: string, ...parents: string[]])[];

/** For each commit that a merge of the head's first-parent line brought, which one. */
function bringersOf(history: History): Record<string, string> {
  const commits = new Map<string, RawCommit>();
  for (const [name, ...parents] of history.toReversed()) {
    const oids = parents.map((parent) => commits.get(parent)?.oid ?? "f".repeat(40));
    commits.set(name, rawCommit(commitObject({ parents: oids, message: name })));
  }
  const trail = new ApprovalTrail<string>();
  const found: Record<string, string> = {};
  for (const [name] of history) {
    const raw = commits.get(name);
    const parsed = raw && parseCommit(raw.bytes);
    if (raw === undefined || parsed?.ok !== true) throw new Error("a history names what it does not have");
    const { merge } = trail.visit(raw, parsed.value, name);
    if (merge !== undefined) found[name] = merge;
  }
  return found;
}

describe("the merge that brought a commit to the branch", () => {
  it.each<[what: string, history: History, expected: Record<string, string>]>([
    [
      "is none on a straight line",
      [
        ["c", "b"],
        ["b", "a"],
        ["a", "base"],
      ],
      {},
    ],
    [
      "is the one whose second parent reaches it",
      [
        ["m", "b", "y"],
        ["y", "x"],
        ["x", "b"],
        ["b", "base"],
      ],
      { x: "m", y: "m" },
    ],
    [
      "is none for what its first parent reaches",
      [
        ["m", "b", "a"],
        ["b", "a"],
        ["a", "base"],
      ],
      {},
    ],
    [
      "is the earlier of two that reach it",
      [
        ["n", "m", "y"],
        ["y", "x"],
        ["m", "b", "x"],
        ["x", "b"],
        ["b", "base"],
      ],
      { x: "m", y: "n" },
    ],
    [
      "is the one with many parents",
      [
        ["m", "b", "x", "y"],
        ["x", "b"],
        ["y", "b"],
        ["b", "base"],
      ],
      { x: "m", y: "m" },
    ],
    [
      "is none that was merged itself: whoever brought main home to their branch approved nothing",
      [
        ["m", "b", "back"],
        ["back", "x", "b"],
        ["x", "a"],
        ["b", "a"],
        ["a", "base"],
      ],
      { back: "m", x: "m" },
    ],
    [
      "is the back-merge where that became the branch",
      [
        ["back", "x", "b"],
        ["b", "a"],
        ["x", "a"],
        ["a", "base"],
      ],
      { b: "back" },
    ],
    [
      "may be a merge with a history of its own",
      [["m", "b", "root"], ["root"], ["b", "base"]],
      { root: "m" },
    ],
  ])("%s", (_, history, expected) => {
    expect(bringersOf(history)).toEqual(expected);
  });

  it("is what reaching says: its other parents reach the commit, its first does not", () => {
    const histories = fc
      .array(fc.array(fc.nat(), { minLength: 0, maxLength: 3 }), { minLength: 1, maxLength: 12 })
      .map((parents) =>
        // Number 0 is the head; a parent has a higher number than its child, and all are reached from the head.
        parents.map((numbers, index): [string, ...string[]] => {
          const later = parents.length - index - 1;
          const chosen = later === 0 ? [] : [...new Set([0, ...numbers].map((n) => index + 1 + (n % later)))];
          return [
            `${index}`,
            ...chosen.toSorted((a, b) => (numbers.length % 2 === 0 ? a - b : b - a)).map(String),
          ];
        }),
      );
    fc.assert(
      fc.property(histories, (history) => {
        const parentsOf = new Map(history.map(([name, ...parents]) => [name, parents]));
        const reach = (name: string | undefined): Set<string> => {
          const seen = new Set<string>();
          const pending = name === undefined ? [] : [name];
          for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
            if (seen.has(next)) continue;
            seen.add(next);
            pending.push(...(parentsOf.get(next) ?? []));
          }
          return seen;
        };
        const expected: Record<string, string> = {};
        for (let line: string | undefined = "0"; line !== undefined; line = parentsOf.get(line)?.[0]) {
          const [first, ...others] = parentsOf.get(line) ?? [];
          const before = reach(first);
          for (const brought of others.flatMap((other) => [...reach(other)])) {
            if (!before.has(brought)) expected[brought] = line;
          }
        }
        expect(bringersOf(history)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
