import { createHash } from "node:crypto";

/** A SHA-256 digest of a tree node; always {@link HASH_BYTES} long. */
export type Hash = Uint8Array;

export const HASH_BYTES = 32;

// RFC 6962, section 2.1: the prefixes keep a leaf from ever being taken for an inner node.
const LEAF_PREFIX = Uint8Array.of(0x00);
const NODE_PREFIX = Uint8Array.of(0x01);

export function hashLeaf(entry: Uint8Array): Hash {
  return createHash("sha256").update(LEAF_PREFIX).update(entry).digest();
}

export function hashChildren(left: Hash, right: Hash): Hash {
  return createHash("sha256").update(NODE_PREFIX).update(left).update(right).digest();
}

/** The root of the tree without leaves: the hash of nothing. */
export function hashNothing(): Hash {
  return createHash("sha256").digest();
}

export function equalHashes(left: Hash, right: Hash): boolean {
  return Buffer.compare(left, right) === 0;
}

export function toHex(hash: Hash): string {
  return Buffer.from(hash).toString("hex");
}

/**
 * The hash over neighbouring subtrees, left to right, of which each is perfect and smaller than the one
 * before: RFC 6962 splits such a tree after its first, largest subtree.
 */
export function foldSubtrees(roots: readonly Hash[]): Hash {
  const [last, ...before] = roots.toReversed();
  if (last === undefined) return hashNothing();
  return before.reduce((right, left) => hashChildren(left, right), last);
}
