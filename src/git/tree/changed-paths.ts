import { GitError } from "../error.ts";
import { readCommitLinks } from "../history/commit-links.ts";
import type { Oid } from "../oid.ts";
import type { Repository } from "../repository/repository.ts";
import { Turns } from "../turns.ts";
import { Mode, parseTree, type TreeEntry } from "./parse-tree.ts";

/**
 * The paths that differ between two commits (all paths where there is no first one), sorted. A file that
 * became a folder is there itself, with everything in the folder.
 * Throws MALFORMED_TREE, and TREE_TOO_LARGE past the limits.
 */
export async function changedPaths(
  repository: Repository,
  before: Oid | undefined,
  after: Oid,
  turns = new Turns(),
): Promise<string[]> {
  const differ = new TreeDiff(repository, turns);
  await differ.compare(
    before === undefined ? undefined : treeOf(repository, before),
    treeOf(repository, after),
    "",
    0,
  );
  return [...differ.paths].sort();
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
export async function commitChangedPaths(repository: Repository, oid: Oid, turns: Turns): Promise<string[]> {
  const { parents } = readCommitLinks(repository.read(oid, "commit"));
  const [only, ...others] = parents;
  if (others.length === 0) return changedPaths(repository, only, oid, turns);
  const union = new Set<string>();
  for (const parent of parents) {
    for (const path of await changedPaths(repository, parent, oid, turns)) union.add(path);
  }
  return [...union].sort();
}

/** The tree of a commit; undefined where its first line does not name one, and nothing else can be read of it. */
function treeOf(repository: Repository, commit: Oid): Oid | undefined {
  return readCommitLinks(repository.read(commit, "commit")).tree;
}

class TreeDiff {
  readonly paths = new Set<string>();
  readonly #repository: Repository;
  readonly #turns: Turns;
  #entries = 0;

  constructor(repository: Repository, turns: Turns) {
    this.#repository = repository;
    this.#turns = turns;
  }

  /** Goes down only where the two differ. */
  async compare(
    before: Oid | undefined,
    after: Oid | undefined,
    folder: string,
    depth: number,
  ): Promise<void> {
    if (before === after) return;
    if (depth > this.#repository.limits.treeDepth) throw tooLarge(`deeper than ${depth - 1} folders`);
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
    if (isFile(old) || isFile(now)) this.paths.add(path);
    await this.compare(folderOid(old), folderOid(now), path, depth + 1);
  }

  /** By name; names are unique, which `parseTree` saw to. */
  async #entriesOf(tree: Oid | undefined): Promise<Map<string, TreeEntry>> {
    if (tree === undefined) return new Map();
    const bytes = this.#repository.read(tree, "tree");
    const entries = parseTree(bytes);
    this.#entries += entries.length;
    const { treeEntries } = this.#repository.limits;
    if (this.#entries > treeEntries) throw tooLarge(`more than ${treeEntries} entries differ`);
    await this.#turns.spend(bytes.length);
    return new Map(entries.map((entry) => [entry.name.toString("latin1"), entry]));
  }
}

function join(folder: string, { name }: TreeEntry): string {
  return folder === "" ? name.toString("utf8") : `${folder}/${name.toString("utf8")}`;
}

function isFile(entry: TreeEntry | undefined): boolean {
  return entry !== undefined && entry.mode !== Mode.folder;
}

function folderOid(entry: TreeEntry | undefined): Oid | undefined {
  return entry?.mode === Mode.folder ? entry.oid : undefined;
}

function tooLarge(found: string): GitError {
  return new GitError("TREE_TOO_LARGE", `two trees cannot be compared: ${found}`, {
    remedy: "keep configuration in a repository of its own",
  });
}
