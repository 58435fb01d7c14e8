import { MAX_COMMIT_BYTES, MAX_PARENTS } from "../commit-headers.ts";
import { GitError } from "../error.ts";
import type { Oid } from "../oid.ts";
import type { Repository } from "../repository/repository.ts";
import { type CommitLinks, readCommitLinks } from "./commit-links.ts";
import { PriorityQueue } from "./priority-queue.ts";

/** A commit as far as a walk has come. */
export interface CommitNode {
  readonly oid: Oid;
  readonly committedAt: number;
  /** It was crafted to have the name of another. */
  readonly collision: boolean;
  /** Undefined until the walk has visited the commit. */
  parents: readonly CommitNode[] | undefined;
  /** Reachable from the base: not part of the range. */
  inBase: boolean;
  /** A commit of the range, or the head itself, leads here. */
  fromHead: boolean;
}

/** Newest first; commits of the same second by oid, so that every walk goes the same way. */
export function newerFirst(a: CommitNode, b: CommitNode): boolean {
  return a.committedAt === b.committedAt ? a.oid < b.oid : a.committedAt > b.committedAt;
}

/**
 * The part of history that a walk has seen, and its frontier: the commits that it knows of and has not
 * visited. A commit is read when it is first met; one that is missing is only an error once the walk
 * needs it.
 */
export class CommitGraph {
  readonly #repository: Repository;
  readonly #nodes = new Map<Oid, CommitNode>();
  readonly #links = new Map<CommitNode, CommitLinks>();
  readonly #frontier = new PriorityQueue<CommitNode>(newerFirst);
  /** How many commits of the frontier are in the range, as far as is known. */
  #open = 0;
  #edges = 0;

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  get frontierSize(): number {
    return this.#frontier.size;
  }

  /** Whether the frontier has commits that may belong to the range. */
  get isOpen(): boolean {
    return this.#open > 0;
  }

  visited(): CommitNode[] {
    return [...this.#nodes.values()].filter(({ parents }) => parents !== undefined);
  }

  addHead(oid: Oid): CommitNode {
    const node = this.#meet(oid);
    node.fromHead = true;
    return node;
  }

  addBase(oid: Oid): CommitNode {
    const node = this.#meet(oid);
    this.#paintBase(node);
    return node;
  }

  /** Visits the newest commit of the frontier, and meets its parents. */
  visitNewest(): void {
    const node = this.#frontier.pop();
    if (node === undefined) return;
    if (!node.inBase) this.#open -= 1;
    const links = this.#links.get(node) ?? throwMissing(node.oid);
    this.#links.delete(node);
    node.parents = links.parents.map((oid) => (node.inBase ? this.addBase(oid) : this.addHead(oid)));
  }

  #meet(oid: Oid): CommitNode {
    const known = this.#nodes.get(oid);
    if (known !== undefined) return known;
    if (this.#nodes.size >= this.#repository.limits.walkedCommits) {
      throw new GitError("HISTORY_TOO_LONG", `more than ${this.#nodes.size} commits were walked`);
    }
    const commit = this.#repository.inspect(oid, "commit");
    const links = commit === undefined ? undefined : readBoundedLinks(oid, commit.bytes);
    this.#edges += links?.parents.length ?? 0;
    if (this.#edges > this.#repository.limits.walkedEdges) {
      throw new GitError("HISTORY_TOO_LONG", `the commits walked name more than ${this.#edges - 1} parents`);
    }
    // A missing commit is visited last, when nothing else was enough.
    const committedAt = links?.committedAt ?? Number.NEGATIVE_INFINITY;
    const collision = commit?.collision ?? false;
    const node: CommitNode = {
      oid,
      committedAt,
      collision,
      parents: undefined,
      inBase: false,
      fromHead: false,
    };
    if (links !== undefined) this.#links.set(node, links);
    this.#nodes.set(oid, node);
    this.#frontier.push(node);
    this.#open += 1;
    return node;
  }

  /** Marks a commit and its ancestors as far as they were visited; the others get the mark when they are met. */
  #paintBase(start: CommitNode): void {
    const pending = [start];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (node.inBase) continue;
      node.inBase = true;
      if (node.parents === undefined) this.#open -= 1;
      for (const parent of node.parents ?? []) pending.push(parent);
    }
  }
}

/** A commit that the strict reading refuses for its size is no way to anywhere: the walk ends there. */
function readBoundedLinks(oid: Oid, bytes: Uint8Array): CommitLinks {
  if (bytes.length > MAX_COMMIT_BYTES) throw malformed(oid, `has more than ${MAX_COMMIT_BYTES} bytes`);
  const links = readCommitLinks(bytes);
  if (links.parents.length > MAX_PARENTS) throw malformed(oid, `has more than ${MAX_PARENTS} parents`);
  return links;
}

function malformed(oid: Oid, found: string): GitError {
  return new GitError("MALFORMED_COMMIT", `commit ${oid} ${found}`, {
    remedy: "write the commit again with git",
  });
}

/** A hole in history is never its end: what lies behind it may be what somebody wants to hide. */
function throwMissing(oid: Oid): never {
  throw new GitError("SHALLOW_HISTORY", `history is not whole: commit ${oid} is missing`, {
    remedy: "fetch the whole history: `git fetch --unshallow`, or clone without `--depth`",
  });
}
