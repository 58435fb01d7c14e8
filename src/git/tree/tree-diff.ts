import type { Oid } from "../oid.ts";
import type { TreeEntry } from "./parse-tree.ts";
import { type PathSet, tooLarge } from "./path-set.ts";
import { type Entries, folderOid, isSameEntry, joinPath } from "./tree-entries.ts";

/** Compares two trees. */
export class TreeDiff {
  readonly #entriesOf: (tree: Oid | undefined) => Promise<Entries>;
  readonly #paths: PathSet;
  readonly #maxDepth: number;

  constructor(entriesOf: (tree: Oid | undefined) => Promise<Entries>, paths: PathSet, maxDepth: number) {
    this.#entriesOf = entriesOf;
    this.#paths = paths;
    this.#maxDepth = maxDepth;
  }

  /** Goes down only where the two differ. */
  async compare(
    before: Oid | undefined,
    after: Oid | undefined,
    folder: string,
    depth: number,
  ): Promise<void> {
    if (before === after) return;
    if (depth > this.#maxDepth) throw tooLarge(`deeper than ${this.#maxDepth} folders`);
    const old = await this.#entriesOf(before);
    const now = await this.#entriesOf(after);
    for (const [name, entry] of now) {
      const earlier = old.get(name);
      if (!isSameEntry(earlier, entry))
        await this.#compareEntry(earlier, entry, joinPath(folder, entry), depth);
    }
    for (const [name, entry] of old) {
      if (!now.has(name)) await this.#compareEntry(entry, undefined, joinPath(folder, entry), depth);
    }
  }

  /** Of two that differ. */
  async #compareEntry(
    old: TreeEntry | undefined,
    now: TreeEntry | undefined,
    path: string,
    depth: number,
  ): Promise<void> {
    for (const entry of [old, now]) this.#paths.addEntry(entry, path);
    await this.compare(folderOid(old), folderOid(now), path, depth + 1);
  }
}
