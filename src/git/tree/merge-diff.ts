import type { Oid } from "../oid.ts";
import { Mode, type TreeEntry } from "./parse-tree.ts";
import { type PathSet, tooLarge } from "./path-set.ts";
import { type Entries, folderOid, isSameEntry, joinPath } from "./tree-entries.ts";

/** The two sides of a merge after the first, each with where it parted from what came before it. */
export interface MergeSides<T> {
  readonly first: T;
  readonly others: readonly { readonly side: T; readonly base: T }[];
  readonly result: T;
}

/**
 * Finds what a merge changed by itself: the paths where it is not what putting its sides together gives, one after the
 * other, without a look into any file. Where a side has left a path as it was, the other's word counts; where both
 * have changed it, and not to the same, there is no such result, and whatever the merge has is its own.
 *
 * So a merge that takes an old version over the other side's newer one has changed the path, and so has one that
 * drops what a side brought, however it was made.
 */
export class MergeDiff {
  readonly #entriesOf: (tree: Oid | undefined) => Promise<Entries>;
  readonly #paths: PathSet;
  readonly #maxDepth: number;

  constructor(entriesOf: (tree: Oid | undefined) => Promise<Entries>, paths: PathSet, maxDepth: number) {
    this.#entriesOf = entriesOf;
    this.#paths = paths;
    this.#maxDepth = maxDepth;
  }

  /** Goes down only where whole folders do not answer: what holds for a tree holds for all in it. */
  async compare(trees: MergeSides<Oid | undefined>, folder: string, depth: number): Promise<void> {
    if (isPutTogether(trees, (a, b) => a === b)) return;
    if (depth > this.#maxDepth) throw tooLarge(`deeper than ${this.#maxDepth} folders`);
    const all = [trees.result, trees.first, ...trees.others.flatMap(({ side, base }) => [side, base])];
    const entries = new Map<Oid | undefined, Entries>();
    for (const tree of new Set(all)) entries.set(tree, await this.#entriesOf(tree));
    const names = new Map<string, TreeEntry>();
    for (const each of entries.values()) for (const [name, entry] of each) names.set(name, entry);
    for (const [name, some] of names) {
      const sides = mapSides(trees, (tree) => entries.get(tree)?.get(name));
      await this.#compareEntry(sides, joinPath(folder, some), depth);
    }
  }

  async #compareEntry(sides: MergeSides<TreeEntry | undefined>, path: string, depth: number): Promise<void> {
    if (!isPutTogether(mapSides(sides, withoutFolder), isSameEntry)) {
      const { result, first, others } = sides;
      for (const entry of [result, first, ...others.map(({ side }) => side)]) {
        this.#paths.addEntry(entry, path);
      }
    }
    await this.compare(mapSides(sides, folderOid), path, depth + 1);
  }
}

/** Whether the result is what the sides give without a conflict. */
function isPutTogether<T>({ first, others, result }: MergeSides<T>, same: (a: T, b: T) => boolean): boolean {
  let merged = first;
  for (const { side, base } of others) {
    if (same(merged, side) || same(side, base)) continue;
    if (!same(merged, base)) return false;
    merged = side;
  }
  return same(merged, result);
}

function mapSides<T, U>({ first, others, result }: MergeSides<T>, map: (value: T) => U): MergeSides<U> {
  return {
    first: map(first),
    others: others.map(({ side, base }) => ({ side: map(side), base: map(base) })),
    result: map(result),
  };
}

/** What a path itself is: where a folder is, there is no file. */
function withoutFolder(entry: TreeEntry | undefined): TreeEntry | undefined {
  return entry?.mode === Mode.folder ? undefined : entry;
}
