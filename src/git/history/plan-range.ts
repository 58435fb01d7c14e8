import { GitError } from "../error.ts";
import type { Oid } from "../oid.ts";
import { describeCollision, type Repository, throwMissing } from "../repository/repository.ts";
import type { Turns } from "../turns.ts";
import { CommitGraph, type CommitNode } from "./commit-graph.ts";
import { childrenFirst } from "./topological-order.ts";

export interface RangePlan {
  readonly descendsFromBase: boolean;
  /** Every commit reachable from the head and not from the base: children before parents, newest first. */
  readonly order: readonly Oid[];
}

/**
 * Finds exactly the commits that are reachable from `head` and not from `base`; without a base, all of
 * history.
 *
 * Both ends are followed back in time, newest commit first, and everything that the base reaches is
 * marked. Commit dates only say where to look next: they are whatever a committer wrote. So when no
 * commit of the range is left to visit, what has been found is proven before it is believed:
 *
 * - A descendant of the base is not one of its ancestors: history has no cycles. In a linear history that
 *   settles every commit, at once, and nothing behind the base is read.
 * - Any other commit could still turn out to be an ancestor of the base, by a way not yet visited. Visiting
 *   goes on until the frontier is a single commit `f`, through which all the rest of history must pass.
 *   A commit that has `f` among its ancestors cannot be reached from it, again for want of cycles.
 * - Where neither holds (two histories without a common root), everything is visited.
 */
export async function planRange(
  repository: Repository,
  head: Oid,
  base: Oid | undefined,
  turns: Turns,
): Promise<RangePlan> {
  for (const oid of base === undefined ? [head] : [head, base]) {
    if (repository.inspect(oid, "commit") === undefined) throwMissing(oid);
  }
  const graph = new CommitGraph(repository);
  const baseNode = base === undefined ? undefined : graph.addBase(base);
  graph.addHead(head);

  const visitWhile = async (condition: () => boolean): Promise<void> => {
    while (condition()) {
      graph.visitNewest();
      await turns.spend();
    }
  };
  await visitWhile(() => graph.isOpen);
  if (baseNode !== undefined && hasUnproven(graph, baseNode)) {
    await visitWhile(() => graph.frontierSize > 1);
    if (!allLeadToFrontier(graph)) await visitWhile(() => graph.frontierSize > 0);
  }
  refuseCollisionsInBase(graph);
  return {
    descendsFromBase: baseNode?.fromHead ?? true,
    order: childrenFirst(inRange(graph)).map(({ oid }) => oid),
  };
}

/**
 * A commit of the range that was crafted to collide is refused where it is judged. Behind the base nobody judges:
 * the other half of a pair may have been let in, and this one leads to what nobody signed.
 */
function refuseCollisionsInBase(graph: CommitGraph): void {
  const crafted = graph.visited().find(({ inBase, collision }) => inBase && collision);
  if (crafted !== undefined) throw new GitError("SHA1_COLLISION", describeCollision(crafted.oid));
}

function inRange(graph: CommitGraph): CommitNode[] {
  return graph.visited().filter(({ inBase }) => !inBase);
}

/** Whether a commit of the range is not a descendant of the base. */
function hasUnproven(graph: CommitGraph, base: CommitNode): boolean {
  const descendants = new Set([base]);
  const range = childrenFirst(inRange(graph));
  for (const node of range.toReversed()) {
    if (node.parents?.some((parent) => descendants.has(parent))) descendants.add(node);
  }
  return range.some((node) => !descendants.has(node));
}

/** Whether every commit of the range has an ancestor that was not visited. */
function allLeadToFrontier(graph: CommitGraph): boolean {
  const leading = new Set<CommitNode>();
  for (const node of childrenFirst(graph.visited()).toReversed()) {
    if (node.parents?.some((parent) => parent.parents === undefined || leading.has(parent)))
      leading.add(node);
  }
  return inRange(graph).every((node) => leading.has(node));
}
