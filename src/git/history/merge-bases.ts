import { LruCache } from "../../lru-cache.ts";
import type { Oid } from "../oid.ts";
import type { Repository } from "../repository/repository.ts";
import type { Turns } from "../turns.ts";
import { readCommitLinks } from "./commit-links.ts";
import { PriorityQueue } from "./priority-queue.ts";

const FROM_SIDES = 1;
const FROM_OTHER = 2;
const COMMON = FROM_SIDES | FROM_OTHER;
/** An ancestor of a commit that is common: common as well, and never the best. */
const STALE = 4;

/** Of some 20,000 commits: merges that follow each other look at the same ones. */
const CACHE_BYTES = 4 * 1024 * 1024;
const COMMIT_BYTES = 128;
const PARENT_BYTES = 64;

interface Links {
  readonly parents: readonly Oid[];
  readonly committedAt: number;
}

interface Node {
  readonly oid: Oid;
  readonly links: Links;
  marks: number;
  isQueued: boolean;
}

/**
 * Finds where two lines of history parted, for many merges of one history.
 *
 * Both lines are followed back, newest commit first, until nothing is left to visit but ancestors of what both have
 * reached. Commit dates only say where to look next. A best common ancestor is an ancestor of no other common one, so
 * neither line's way to it leads through such: however the dates lie, it has been found by then. What dates that lie
 * can do is leave a second candidate standing, and then there is no answer.
 */
export class MergeBases {
  readonly #repository: Repository;
  readonly #turns: Turns;
  readonly #links = new LruCache<Links>(CACHE_BYTES);
  /** For all merges together: a history made of nothing but far-reaching merges must come to an end. */
  #stepsLeft: number;

  constructor(repository: Repository, turns: Turns) {
    this.#repository = repository;
    this.#turns = turns;
    this.#stepsLeft = repository.limits.walkedEdges;
  }

  /**
   * The one best common ancestor of `other` and a merge of all `sides`. Undefined where there is none, or more than one,
   * or where looking for it takes too long or leads to a commit that is not here.
   */
  async find(sides: readonly Oid[], other: Oid): Promise<Oid | undefined> {
    const walk = new Walk((oid) => this.#read(oid));
    const starts = [...sides.map((oid) => [oid, FROM_SIDES] as const), [other, FROM_OTHER] as const];
    if (!starts.every(([oid, mark]) => walk.paint(oid, mark))) return undefined;
    while (walk.isOpen) {
      this.#stepsLeft -= 1;
      if (this.#stepsLeft < 0 || !walk.step()) return undefined;
      await this.#turns.spend();
    }
    const [base, another] = walk.candidates();
    return another === undefined ? base : undefined;
  }

  #read(oid: Oid): Links | undefined {
    const known = this.#links.get(oid);
    if (known !== undefined) return known;
    const bytes = this.#repository.find(oid, "commit");
    if (bytes === undefined) return undefined;
    const { parents, committedAt } = readCommitLinks(bytes);
    const links = { parents: parents.map(copyOf), committedAt };
    this.#links.set(oid, links, COMMIT_BYTES + parents.length * PARENT_BYTES);
    return links;
  }
}

/** A string that was cut from a longer one keeps all of that in memory. */
function copyOf(oid: Oid): Oid {
  return Buffer.from(oid, "latin1").toString("latin1");
}

class Walk {
  readonly #read: (oid: Oid) => Links | undefined;
  readonly #nodes = new Map<Oid, Node>();
  readonly #queue = new PriorityQueue<Node>((a, b) => a.links.committedAt > b.links.committedAt);
  readonly #common = new Set<Node>();
  /** How many in the queue are not stale. */
  #open = 0;

  constructor(read: (oid: Oid) => Links | undefined) {
    this.#read = read;
  }

  get isOpen(): boolean {
    return this.#open > 0;
  }

  candidates(): Oid[] {
    return [...this.#common].filter(({ marks }) => !isStale(marks)).map(({ oid }) => oid);
  }

  /** Visits the newest commit; false where the way leads to one that cannot be had. */
  step(): boolean {
    const node = this.#queue.pop();
    if (node === undefined) return true;
    node.isQueued = false;
    if (!isStale(node.marks)) this.#open -= 1;
    if (node.marks === COMMON) this.#common.add(node);
    const isCommon = (node.marks & COMMON) === COMMON;
    const marks = isCommon ? node.marks | STALE : node.marks;
    return node.links.parents.every((parent) => this.paint(parent, marks));
  }

  /** Marks a commit, and puts it in the queue where that is news; false where it cannot be had. */
  paint(oid: Oid, marks: number): boolean {
    const node = this.#nodes.get(oid) ?? this.#meet(oid);
    if (node === undefined) return false;
    if ((node.marks & marks) === marks) return true;
    const wasOpen = node.isQueued && !isStale(node.marks);
    node.marks |= marks;
    if (!node.isQueued) this.#queue.push(node);
    node.isQueued = true;
    this.#open += Number(!isStale(node.marks)) - Number(wasOpen);
    return true;
  }

  #meet(oid: Oid): Node | undefined {
    const links = this.#read(oid);
    if (links === undefined) return undefined;
    const node = { oid, links, marks: 0, isQueued: false };
    this.#nodes.set(oid, node);
    return node;
  }
}

function isStale(marks: number): boolean {
  return (marks & STALE) !== 0;
}
