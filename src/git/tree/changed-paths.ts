import { type CommitLinks, readCommitLinks } from "../history/commit-links.ts";
import { MergeBases } from "../history/merge-bases.ts";
import type { Oid } from "../oid.ts";
import type { Repository } from "../repository/repository.ts";
import { Turns } from "../turns.ts";
import { MergeDiff, type MergeSides } from "./merge-diff.ts";
import { PathSet } from "./path-set.ts";
import { TreeDiff } from "./tree-diff.ts";
import { TreeEntries } from "./tree-entries.ts";

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
  readonly #trees: TreeEntries;
  readonly #bases: MergeBases;

  constructor(repository: Repository, turns: Turns) {
    this.#repository = repository;
    this.#trees = new TreeEntries(repository, turns);
    this.#bases = new MergeBases(repository, turns);
  }

  async between(before: Oid | undefined, after: Oid): Promise<string[]> {
    const paths = new PathSet(this.#repository.limits);
    await this.#compare(this.#treeOf(before), this.#treeOf(after), paths);
    return paths.sorted();
  }

  /**
   * What one commit changed: against its parent; for the first commit, everything; for a merge, what it does not have
   * from its sides (see {@link MergeDiff}). Both names of what is renamed are there, and a file whose mode changed.
   *
   * Where the sides of a merge do not part at one commit (a criss-cross, two histories), what was changed since cannot
   * be told, and the stricter answer is given: every path that differs from any of the parents.
   */
  async ofCommit({ tree, parents }: CommitLinks): Promise<string[]> {
    const paths = new PathSet(this.#repository.limits);
    const sides = parents.length < 2 ? undefined : await this.#findSides(tree, parents);
    if (sides !== undefined) {
      const { treeDepth } = this.#repository.limits;
      await new MergeDiff(this.#trees.reader(), paths, treeDepth).compare(sides, "", 0);
      return paths.sorted();
    }
    const before = parents.length === 0 ? [undefined] : parents;
    for (const parent of before) await this.#compare(this.#treeOf(parent), tree, paths);
    return paths.sorted();
  }

  async #findSides(
    result: Oid | undefined,
    parents: readonly Oid[],
  ): Promise<MergeSides<Oid | undefined> | undefined> {
    const others: { side: Oid | undefined; base: Oid | undefined }[] = [];
    for (const [index, parent] of parents.entries()) {
      if (index === 0) continue;
      const base = await this.#bases.find(parents.slice(0, index), parent);
      if (base === undefined) return undefined;
      others.push({ side: this.#treeOf(parent), base: this.#treeOf(base) });
    }
    return { first: this.#treeOf(parents[0]), others, result };
  }

  /** The tree of a commit; undefined where it does not begin with one, and nothing else can be read of it. */
  #treeOf(commit: Oid | undefined): Oid | undefined {
    return commit === undefined ? undefined : readCommitLinks(this.#repository.read(commit, "commit")).tree;
  }

  async #compare(before: Oid | undefined, after: Oid | undefined, paths: PathSet): Promise<void> {
    const { treeDepth } = this.#repository.limits;
    await new TreeDiff(this.#trees.reader(), paths, treeDepth).compare(before, after, "", 0);
  }
}
