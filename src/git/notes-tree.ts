import { LruCache } from "../lru-cache.ts";
import { GitError } from "./error.ts";
import { readCommitLinks } from "./history/commit-links.ts";
import type { Oid } from "./oid.ts";
import type { Repository } from "./repository/repository.ts";
import { Mode, parseTree, type TreeEntry } from "./tree/parse-tree.ts";

/** Notes on some 100,000 commits, without folders; git makes folders long before that. */
const MAX_TREE_BYTES = 8 * 1024 * 1024;
const CACHE_BYTES = 4 * MAX_TREE_BYTES;

/** Where git cuts the id of a commit into the name of a folder and the rest. */
const FOLDER_DIGITS = 2;

type Entries = ReadonlyMap<string, TreeEntry>;

/**
 * The tree of a notes ref (git-notes(1)): a note's path is the id of the commit it is about, its digits put into
 * folders of two as git sees fit, so that a commit may have a note at each depth.
 */
export class NotesTree {
  readonly #objects: Pick<Repository, "find">;
  readonly #tip: Oid;
  readonly #trees = new LruCache<Entries>(CACHE_BYTES);
  #root: Oid | undefined;

  constructor(objects: Pick<Repository, "find">, tip: Oid) {
    this.#objects = objects;
    this.#tip = tip;
  }

  /** The blobs of the notes on a commit. Throws MALFORMED_TREE, WRONG_TYPE, OBJECT_MISSING, OBJECT_TOO_LARGE. */
  find(commit: Oid): Oid[] {
    const found: Oid[] = [];
    let tree: Oid | undefined = this.#rootTree();
    for (let rest = commit; tree !== undefined; rest = rest.slice(FOLDER_DIGITS)) {
      const entries = this.#read(tree);
      const note = entries.get(rest);
      if (note !== undefined && note.mode !== Mode.folder) found.push(note.oid);
      const folder = entries.get(rest.slice(0, FOLDER_DIGITS));
      tree = rest.length > FOLDER_DIGITS && folder?.mode === Mode.folder ? folder.oid : undefined;
    }
    return found;
  }

  #rootTree(): Oid {
    this.#root ??= readCommitLinks(this.#find(this.#tip, "commit")).tree;
    if (this.#root === undefined) throw malformed("its commit does not begin with a tree");
    return this.#root;
  }

  #read(tree: Oid): Entries {
    const kept = this.#trees.get(tree);
    if (kept !== undefined) return kept;
    const bytes = this.#find(tree, "tree");
    if (bytes.length > MAX_TREE_BYTES) throw malformed(`a tree has more than ${MAX_TREE_BYTES} bytes`);
    const entries = new Map(parseTree(bytes).map((entry) => [entry.name.toString("latin1"), entry]));
    this.#trees.set(tree, entries, bytes.length);
    return entries;
  }

  #find(oid: Oid, type: "commit" | "tree"): Uint8Array {
    const bytes = this.#objects.find(oid, type);
    if (bytes !== undefined) return bytes;
    throw new GitError("OBJECT_MISSING", `the ${type} ${oid} of the notes is not in the repository`, {
      remedy: "fetch the notes again, whole",
    });
  }
}

function malformed(found: string): GitError {
  return new GitError("MALFORMED_TREE", found, { remedy: "write the notes again with git" });
}
