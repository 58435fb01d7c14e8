import { equalHashes, type Hash, hashChildren, hashNothing } from "./hash.ts";

/** The perfect subtree over the leaves `[index · 2^level, (index + 1) · 2^level)`. */
export interface Node {
  readonly level: number;
  readonly index: number;
}

/**
 * One hash of a proof, as the perfect subtrees that it is folded from (`foldSubtrees`), left to right.
 * Whoever holds the tree looks these up; making a proof needs no other access to it.
 */
export type ProofHash = readonly Node[];

/** RFC 6962, section 2.1.1: the audit path of a leaf, from its sibling to the child of the root. */
export function inclusionPath(index: number, size: number): readonly ProofHash[] {
  if (!(isCount(index) && isCount(size) && index < size)) {
    throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  }
  return pathWithin(index, 0, size);
}

function pathWithin(index: number, start: number, end: number): readonly ProofHash[] {
  if (end - start === 1) return [];
  const middle = start + splitPoint(end - start);
  return index < middle
    ? [...pathWithin(index, start, middle), subtreesBetween(middle, end)]
    : [...pathWithin(index, middle, end), subtreesBetween(start, middle)];
}

/** RFC 6962, section 2.1.2: what shows that the tree of `newSize` begins with the tree of `oldSize`. */
export function consistencyPath(oldSize: number, newSize: number): readonly ProofHash[] {
  if (!(isCount(oldSize) && isCount(newSize) && oldSize <= newSize)) {
    throw new RangeError(`a tree of ${newSize} cannot continue one of ${oldSize}`);
  }
  return oldSize === 0 ? [] : subproof(oldSize, 0, newSize, true);
}

/** `wholeOld`: the verifier knows the hash of this subtree, since it is the old tree itself. */
function subproof(oldSize: number, start: number, end: number, wholeOld: boolean): readonly ProofHash[] {
  if (oldSize === end) return wholeOld ? [] : [subtreesBetween(start, end)];
  const middle = start + splitPoint(end - start);
  return oldSize <= middle
    ? [...subproof(oldSize, start, middle, wholeOld), subtreesBetween(middle, end)]
    : [...subproof(oldSize, middle, end, false), subtreesBetween(start, middle)];
}

/** Whether `proof` leads from the leaf at `index` to the root of the tree of `size` (RFC 9162, 2.1.3.2). */
export function verifyInclusion(
  leaf: Hash,
  index: number,
  size: number,
  proof: readonly Hash[],
  root: Hash,
): boolean {
  if (!(isCount(index) && isCount(size) && index < size)) return false;
  let [node, position, last] = [leaf, index, size - 1];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      node = hashChildren(sibling, node);
      while (position % 2 === 0 && position !== 0) [position, last] = [position / 2, half(last)];
    } else {
      node = hashChildren(node, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && equalHashes(node, root);
}

export interface TreeHead {
  readonly size: number;
  readonly root: Hash;
}

/** Whether `proof` shows that the new tree only adds to the old one (RFC 9162, 2.1.4.2). */
export function verifyConsistency(older: TreeHead, newer: TreeHead, proof: readonly Hash[]): boolean {
  if (!(isCount(older.size) && isCount(newer.size) && older.size <= newer.size)) return false;
  if (older.size === 0) return proof.length === 0 && equalHashes(older.root, hashNothing());
  if (older.size === newer.size) return proof.length === 0 && equalHashes(older.root, newer.root);
  let [position, last] = [older.size - 1, newer.size - 1];
  while (position % 2 === 1) [position, last] = [half(position), half(last)];
  // An old tree that is one perfect subtree is the first node of the walk, and not repeated in the proof.
  const [first, ...rest] = position === 0 ? [older.root, ...proof] : proof;
  if (first === undefined) return false;
  let [oldNode, newNode] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      oldNode = hashChildren(sibling, oldNode);
      newNode = hashChildren(sibling, newNode);
      while (position % 2 === 0 && position !== 0) [position, last] = [position / 2, half(last)];
    } else {
      newNode = hashChildren(newNode, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && equalHashes(oldNode, older.root) && equalHashes(newNode, newer.root);
}

/** The perfect subtrees, largest first, that make up the leaves `[start, end)` of a subtree's range. */
function subtreesBetween(start: number, end: number): readonly Node[] {
  const nodes: Node[] = [];
  for (let from = start; from < end; ) {
    const level = levelWithin(end - from);
    nodes.push({ level, index: from / 2 ** level });
    from += 2 ** level;
  }
  return nodes;
}

/** The largest power of two smaller than `count`. */
function splitPoint(count: number): number {
  return 2 ** levelWithin(count - 1);
}

/** The level of the largest perfect subtree with at most `count` leaves. `Math.log2` rounds, near 2^49. */
function levelWithin(count: number): number {
  let level = 0;
  while (2 ** (level + 1) <= count) level++;
  return level;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
