import { foldSubtrees, type Hash, hashChildren } from "./hash.ts";

/**
 * All that is needed to go on with a tree: the roots of the perfect subtrees that it consists of, largest
 * and leftmost first, one for each 1 in the binary form of `size`.
 */
export interface Frontier {
  readonly size: number;
  readonly roots: readonly Hash[];
}

export const EMPTY_FRONTIER: Frontier = { size: 0, roots: [] };

/**
 * Adds a perfect subtree of `leaves` (a power of two) on the right. The tree must end where such a subtree
 * may begin: `size` is a multiple of `leaves`.
 */
export function pushSubtree(frontier: Frontier, root: Hash, leaves: number): Frontier {
  let subtrees = frontier.size / leaves;
  if (!Number.isSafeInteger(subtrees)) {
    throw new RangeError(`a subtree of ${leaves} leaves cannot begin at leaf ${frontier.size}`);
  }
  const roots = [...frontier.roots];
  let node = root;
  // As in binary addition: two subtrees of one size carry over into one of twice the size.
  for (; subtrees % 2 === 1; subtrees = (subtrees - 1) / 2) {
    const left = roots.pop();
    if (left === undefined) throw new RangeError("a frontier with fewer roots than its size has ones");
    node = hashChildren(left, node);
  }
  return { size: frontier.size + leaves, roots: [...roots, node] };
}

export function pushLeaf(frontier: Frontier, leaf: Hash): Frontier {
  return pushSubtree(frontier, leaf, 1);
}

/** The RFC 6962 Merkle Tree Hash of all leaves so far. */
export function rootOf(frontier: Frontier): Hash {
  return foldSubtrees(frontier.roots);
}

/** The Merkle Tree Hash over a list of leaf (or subtree) hashes. */
export function treeRoot(hashes: readonly Hash[]): Hash {
  return rootOf(hashes.reduce(pushLeaf, EMPTY_FRONTIER));
}
