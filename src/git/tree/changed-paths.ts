import { ByteCache } from "../byte-cache.ts";
import { GitError } from "../error.ts";
import { type CommitLinks, readCommitLinks } from "../history/commit-links.ts";
import type { GitLimits } from "../limits.ts";
import type { Oid } from "../oid.ts";
import type { Repository } from "../repository/repository.ts";
import { Turns } from "../turns.ts";
import { Mode, parseTree, type TreeEntry } from "./parse-tree.ts";

/** Neighbours in history share most of their trees, and each is compared with two others. */
const TREE_CACHE_BYTES = 1024 * 1024;

/** A short path costs more than its letters. */
const PATH_OVERHEAD_BYTES = 64;

/** What a path counts for against the limits. */
export function pathCost(path: string): number {
  return path.length + PATH_OVERHEAD_BYTES;
}

/**
 * The paths that differ between two commits (all paths where there is no first one), sorted. A file that
 * became a folder is there itself, with everything in the folder. A submodule has a slash after its path: it is a
 * folder whose content is elsewhere.
 * Throws MALFORMED_TREE, and TREE_TOO_LARGE past the limits.
 */
export async function changedPaths(
  repository: Repository,
  before: Oid | undefined,
  after: Oid,
  signal?: AbortSignal,
): Promise<string[]> {
  return await new ChangedPaths(repository, new Turns(signal)).between(before, after);
}

/** As {@link changedPaths}, for many commits of one history. */
export class ChangedPaths {
  readonly #repository: Repository;
  readonly #turns: Turns;
  readonly #trees = new ByteCache<Entries>(TREE_CACHE_BYTES);

  constructor(repository: Repository, turns: Turns) {
    this.#repository = repository;
    this.#turns = turns;
  }

  async between(before: Oid | undefined, after: Oid): Promise<string[]> {
    const paths = new PathSet(this.#repository.limits);
    await this.#compare(this.#treeOf(before), this.#treeOf(after), paths);
    return paths.sorted();
  }

  /**
   * What one commit changed: against its parent; for the first commit, everything; for a merge, every path
   * that differs from any of its parents.
   *
   * The union is the strict choice. A merge that takes one side's old content over the other's newer one
   * differs from one parent only, and reverts a change without making one: to look at the first parent
   * alone, or at what differs from all parents as `git diff-tree -c` does, would let it through under no
   * rule at all. The price is that a merge must be signed by somebody who may change what either side has.
   */
  async ofCommit({ tree, parents }: CommitLinks): Promise<string[]> {
    const paths = new PathSet(this.#repository.limits);
    const before = parents.length === 0 ? [undefined] : parents;
    for (const parent of before) await this.#compare(this.#treeOf(parent), tree, paths);
    return paths.sorted();
  }

  /** The tree of a commit; undefined where it does not begin with one, and nothing else can be read of it. */
  #treeOf(commit: Oid | undefined): Oid | undefined {
    return commit === undefined ? undefined : readCommitLinks(this.#repository.read(commit, "commit")).tree;
  }

  async #compare(before: Oid | undefined, after: Oid | undefined, paths: PathSet): Promise<void> {
    const { treeEntries } = this.#repository.limits;
    let seen = 0;
    const entriesOf = async (tree: Oid | undefined): Promise<Entries> => {
      const entries = tree === undefined ? NO_ENTRIES : this.#read(tree);
      seen += entries.size;
      if (seen > treeEntries) throw tooLarge(`more than ${treeEntries} entries differ`);
      await this.#turns.spend();
      return entries;
    };
    await new TreeDiff(entriesOf, paths, this.#repository.limits.treeDepth).compare(before, after, "", 0);
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

/** The entries of one tree by name; names are unique, which `parseTree` saw to. */
type Entries = ReadonlyMap<string, TreeEntry>;

const NO_ENTRIES: Entries = new Map();

/** The paths that one comparison or one merge has found, as many as the limits let a whole range have. */
class PathSet {
  readonly #paths = new Set<string>();
  readonly #limits: GitLimits;
  #cost = 0;

  constructor(limits: GitLimits) {
    this.#limits = limits;
  }

  add(path: string): void {
    const { pathBytes, rangePathBytes } = this.#limits;
    if (path.length > pathBytes) throw tooLarge(`a path has more than ${pathBytes} bytes`);
    if (this.#paths.has(path)) return;
    this.#cost += pathCost(path);
    if (this.#cost > rangePathBytes) throw tooLarge(`the paths take more than ${rangePathBytes} bytes`);
    this.#paths.add(path);
  }

  sorted(): string[] {
    return [...this.#paths].sort();
  }
}

class TreeDiff {
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
    for (const [name, entry] of now)
      await this.#compareEntry(old.get(name), entry, join(folder, entry), depth);
    for (const [name, entry] of old) {
      if (!now.has(name)) await this.#compareEntry(entry, undefined, join(folder, entry), depth);
    }
  }

  async #compareEntry(
    old: TreeEntry | undefined,
    now: TreeEntry | undefined,
    path: string,
    depth: number,
  ): Promise<void> {
    if (old?.oid === now?.oid && old?.mode === now?.mode) return;
    for (const entry of [old, now]) {
      if (entry === undefined || entry.mode === Mode.folder) continue;
      this.#paths.add(entry.mode === Mode.submodule ? `${path}/` : path);
    }
    await this.compare(folderOid(old), folderOid(now), path, depth + 1);
  }
}

function join(folder: string, { name }: TreeEntry): string {
  return folder === "" ? name.toString("utf8") : `${folder}/${name.toString("utf8")}`;
}

function folderOid(entry: TreeEntry | undefined): Oid | undefined {
  return entry?.mode === Mode.folder ? entry.oid : undefined;
}

function tooLarge(found: string): GitError {
  return new GitError("TREE_TOO_LARGE", `two trees cannot be compared: ${found}`, {
    remedy: "keep configuration in a repository of its own",
  });
}
