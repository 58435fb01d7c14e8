import { type Commit, type MergedTag, type Oid, type RawCommit, readMergedTags } from "../git/index.ts";

/** What the history itself says in favour of a commit. */
export interface Trail<Merge> {
  /** The merge on the head's first-parent line that brought the commit there. */
  readonly merge: Merge | undefined;
  /** Tags of the commit which such a merge carries. */
  readonly tags: readonly MergedTag[];
}

interface Bringer<Merge> {
  /** How far back on the line: the head is 0. */
  readonly depth: number;
  readonly merge: Merge;
}

/**
 * Finds, for each commit of a range, the merge on the head's first-parent line that brought it: the one whose other
 * parents reach the commit, and whose first parent does not. There is at most one, for what the commits of that line
 * reach only shrinks from the head down: it is the last of them that reaches the commit. No other merge counts. Whoever
 * merges `main` into their own branch has approved nothing of what comes along.
 *
 * The commits must come children before parents, the head first. So all that leads to a commit was seen before it, and
 * only the parents that are still to come are remembered.
 */
export class ApprovalTrail<Merge> {
  #depth = 0;
  #next: Oid | undefined;
  readonly #bringers = new Map<Oid, Bringer<Merge>>();
  readonly #tags = new Map<Oid, MergedTag[]>();

  /** `merge` is what is handed out for the commits that this one brings, should it be a merge on the line. */
  visit(raw: RawCommit, { parents }: Commit, merge: Merge): Trail<Merge> {
    const isOnLine = this.#next === undefined || this.#next === raw.oid;
    const bringer = this.#bringers.get(raw.oid);
    const tags = this.#tags.get(raw.oid) ?? [];
    this.#bringers.delete(raw.oid);
    this.#tags.delete(raw.oid);
    if (!isOnLine) {
      for (const parent of parents) this.#bring(parent, bringer);
      return { merge: bringer?.merge, tags };
    }
    const [first, ...others] = parents;
    this.#next = first ?? NOTHING;
    for (const parent of others) this.#bring(parent, { depth: this.#depth, merge });
    this.#depth += 1;
    if (others.length > 0) this.#readTags(raw);
    return { merge: undefined, tags };
  }

  #bring(parent: Oid, bringer: Bringer<Merge> | undefined): void {
    if (bringer === undefined) return;
    const known = this.#bringers.get(parent);
    if (known === undefined || known.depth < bringer.depth) this.#bringers.set(parent, bringer);
  }

  #readTags({ bytes }: RawCommit): void {
    const tags = readMergedTags(bytes);
    if (!tags.ok) return;
    for (const { commit, tag } of tags.value.flatMap(byMergedCommit)) {
      this.#tags.set(commit, [...(this.#tags.get(commit) ?? []), tag]);
    }
  }
}

/** The line has come to its end: no commit has this name. */
const NOTHING = "";

/** Put with each commit that was merged; which of them it is of, it says itself, and is judged by that. */
function byMergedCommit(tag: MergedTag): { commit: Oid; tag: MergedTag }[] {
  return tag.merged.map((commit) => ({ commit, tag: { ...tag, merged: [commit] } }));
}
