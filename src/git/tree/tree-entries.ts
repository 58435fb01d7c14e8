import { LruCache } from "../../lru-cache.ts";
import type { Oid } from "../oid.ts";
import type { Repository } from "../repository/repository.ts";
import type { Turns } from "../turns.ts";
import { Mode, parseTree, type TreeEntry } from "./parse-tree.ts";
import { tooLarge } from "./path-set.ts";

/** Neighbours in history share most of their trees, and each is compared with two others. */
const TREE_CACHE_BYTES = 1024 * 1024;

/** The entries of one tree by name; names are unique, which `parseTree` saw to. */
export type Entries = ReadonlyMap<string, TreeEntry>;

const NO_ENTRIES: Entries = new Map();

/** Reads trees for one comparison after another, and keeps what the next will ask for again. */
export class TreeEntries {
  readonly #repository: Repository;
  readonly #turns: Turns;
  readonly #trees = new LruCache<Entries>(TREE_CACHE_BYTES);

  constructor(repository: Repository, turns: Turns) {
    this.#repository = repository;
    this.#turns = turns;
  }

  /** A reader for one comparison, which ends where the limit of entries is. A tree that is not there has none. */
  reader(): (tree: Oid | undefined) => Promise<Entries> {
    const { treeEntries } = this.#repository.limits;
    let seen = 0;
    return async (tree) => {
      const entries = tree === undefined ? NO_ENTRIES : this.#read(tree);
      seen += entries.size;
      if (seen > treeEntries) throw tooLarge(`more than ${treeEntries} entries differ`);
      await this.#turns.spend();
      return entries;
    };
  }

  #read(tree: Oid): Entries {
    const kept = this.#trees.get(tree);
    if (kept !== undefined) return kept;
    const bytes = this.#repository.read(tree, "tree");
    const entries = new Map(parseTree(bytes).map((entry) => [entry.name.toString("latin1"), entry]));
    this.#trees.set(tree, entries, bytes.length);
    return entries;
  }
}

export function joinPath(folder: string, { name }: TreeEntry): string {
  return folder === "" ? name.toString("utf8") : `${folder}/${name.toString("utf8")}`;
}

export function isSameEntry(a: TreeEntry | undefined, b: TreeEntry | undefined): boolean {
  return a?.oid === b?.oid && a?.mode === b?.mode;
}

export function folderOid(entry: TreeEntry | undefined): Oid | undefined {
  return entry?.mode === Mode.folder ? entry.oid : undefined;
}
