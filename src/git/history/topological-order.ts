import { type CommitNode, newerFirst } from "./commit-graph.ts";
import { PriorityQueue } from "./priority-queue.ts";

/** Visited commits, every child before its parents, and the newest first among those that are free to come. */
export function childrenFirst(nodes: readonly CommitNode[]): CommitNode[] {
  const children = new Map(nodes.map((node) => [node, 0]));
  for (const node of nodes) {
    for (const parent of node.parents ?? []) {
      const count = children.get(parent);
      if (count !== undefined) children.set(parent, count + 1);
    }
  }
  const free = new PriorityQueue<CommitNode>(newerFirst);
  for (const [node, count] of children) if (count === 0) free.push(node);
  const order: CommitNode[] = [];
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    order.push(node);
    for (const parent of node.parents ?? []) {
      const count = children.get(parent);
      if (count === undefined) continue;
      children.set(parent, count - 1);
      if (count === 1) free.push(parent);
    }
  }
  return order;
}
