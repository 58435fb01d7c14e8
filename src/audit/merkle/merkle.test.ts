import fc from "fast-check";
import { describe, expect, it } from "vitest";
import argonConsistency from "./fixtures/argon2020/consistency.json" with { type: "json" };
import argonEntries from "./fixtures/argon2020/entries.json" with { type: "json" };
import argonProof from "./fixtures/argon2020/proof.json" with { type: "json" };
import argonHead from "./fixtures/argon2020/sth.json" with { type: "json" };
import {
  consistencyPath,
  EMPTY_FRONTIER,
  foldSubtrees,
  type Hash,
  hashChildren,
  hashLeaf,
  hashNothing,
  inclusionPath,
  type ProofHash,
  pushLeaf,
  pushSubtree,
  rootOf,
  toHex,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from "./index.ts";

// The reference leaves and roots that certificate transparency implementations share
// (github.com/transparency-dev/merkle v0.0.2, testonly/constants.go).
const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map((hex) => hashLeaf(Buffer.from(hex, "hex")));
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/** The definition of RFC 6962, section 2.1, word for word; slow, and nothing like the code under test. */
function definedRoot(leaves: readonly Hash[]): Hash {
  const [only] = leaves;
  if (only === undefined) return hashNothing();
  if (leaves.length === 1) return only;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return hashChildren(definedRoot(leaves.slice(0, split)), definedRoot(leaves.slice(split)));
}

function hashesOf(path: readonly ProofHash[], leaves: readonly Hash[]): Hash[] {
  return path.map((nodes) =>
    foldSubtrees(
      nodes.map(({ level, index }) =>
        definedRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)),
      ),
    ),
  );
}

function head(leaves: readonly Hash[], size: number) {
  return { size, root: treeRoot(leaves.slice(0, size)) };
}

function flipped(hash: Hash): Hash {
  return Uint8Array.from(hash, (byte, i) => (i === 31 ? byte ^ 1 : byte));
}

const numbered = (count: number): Hash[] =>
  Array.from({ length: count }, (_, i) => hashLeaf(Buffer.from(`leaf ${i}`)));

describe("the tree", () => {
  it.each(ROOTS.map((root, size) => ({ root, size })))(
    "of $size reference leaves has its root",
    ({ root, size }) => {
      expect(toHex(treeRoot(LEAVES.slice(0, size)))).toBe(root);
    },
  );

  it("has the defined root around the widths where tiles and levels fill", () => {
    const leaves = numbered(1030);
    for (const size of [3, 127, 128, 129, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 1030]) {
      expect(treeRoot(leaves.slice(0, size)), `size ${size}`).toEqual(definedRoot(leaves.slice(0, size)));
    }
  });

  it("is the same whether it grows by leaves or by whole subtrees", () => {
    const leaves = numbered(22);
    const parts = [leaves.slice(0, 16), leaves.slice(16, 20)];
    const bySubtrees = parts.reduce(
      (frontier, part) => pushSubtree(frontier, definedRoot(part), part.length),
      EMPTY_FRONTIER,
    );
    expect(rootOf(leaves.slice(20).reduce(pushLeaf, bySubtrees))).toEqual(treeRoot(leaves));
  });

  it("does not take a subtree where none of that size may begin", () => {
    const three = numbered(3).reduce(pushLeaf, EMPTY_FRONTIER);
    expect(() => pushSubtree(three, hashNothing(), 2)).toThrow(RangeError);
  });
});

describe("inclusion proofs", () => {
  it("lead to the root for every leaf of every small tree, and for no other leaf or index", () => {
    const leaves = numbered(33);
    for (let size = 1; size <= leaves.length; size++) {
      const { root } = head(leaves, size);
      for (const [index, leaf] of leaves.slice(0, size).entries()) {
        const proof = hashesOf(inclusionPath(index, size), leaves.slice(0, size));
        expect(verifyInclusion(leaf, index, size, proof, root)).toBe(true);
        expect(verifyInclusion(flipped(leaf), index, size, proof, root)).toBe(false);
        expect(verifyInclusion(leaf, (index + 1) % size, size, proof, root)).toBe(size === 1);
        expect(verifyInclusion(leaf, index, size, [...proof, leaf], root)).toBe(false);
        expect(verifyInclusion(leaf, index, size, proof.slice(1), root)).toBe(size === 1);
      }
    }
  });

  it("holds for an entry of a real certificate transparency log", () => {
    const leaf = hashLeaf(Buffer.from(argonEntries.entries[0]?.leaf_input ?? "", "base64"));
    const proof = argonProof.audit_path.map((hash) => Buffer.from(hash, "base64"));
    const root = Buffer.from(argonHead.sha256_root_hash, "base64");
    expect(verifyInclusion(leaf, 10_000, argonHead.tree_size, proof, root)).toBe(true);
    expect(verifyInclusion(leaf, 10_001, argonHead.tree_size, proof, root)).toBe(false);
    expect(verifyInclusion(leaf, 10_000, argonHead.tree_size, proof, flipped(root))).toBe(false);
  });

  it.each([
    [-1, 4],
    [4, 4],
    [0, 0],
    [0.5, 4],
    [0, Number.NaN],
  ])("refuse leaf %d of a tree of %d", (index, size) => {
    const [leaf] = numbered(1);
    expect(verifyInclusion(leaf ?? hashNothing(), index, size, [], leaf ?? hashNothing())).toBe(false);
    expect(() => inclusionPath(index, size)).toThrow(RangeError);
  });

  it("hold in trees larger than 32 bits count", () => {
    const size = 2 ** 40 + 5;
    const path = inclusionPath(2 ** 40 + 3, size);
    expect(path.map((nodes) => nodes.map(({ level }) => level))).toEqual([[0], [1], [0], [40]]);
    // One leaf short of a power of two, where a logarithm in floating point rounds up.
    const [left] = consistencyPath(2 ** 50, 2 ** 51 - 1).map((nodes) => nodes.map(({ level }) => level));
    expect(left).toEqual(Array.from({ length: 50 }, (_, i) => 49 - i));
  });
});

describe("consistency proofs", () => {
  it("hold between every two sizes of a tree, and not for another history", () => {
    const leaves = numbered(20);
    const forked = leaves.with(0, hashLeaf(Buffer.from("another first entry")));
    for (let newSize = 1; newSize <= leaves.length; newSize++) {
      for (let oldSize = 1; oldSize <= newSize; oldSize++) {
        const proof = hashesOf(consistencyPath(oldSize, newSize), leaves.slice(0, newSize));
        const [older, newer] = [head(leaves, oldSize), head(leaves, newSize)];
        expect(verifyConsistency(older, newer, proof), `${oldSize} → ${newSize}`).toBe(true);
        expect(verifyConsistency(head(forked, oldSize), newer, proof)).toBe(false);
        expect(verifyConsistency(older, head(forked, newSize), proof)).toBe(false);
        expect(verifyConsistency(older, newer, [...proof, newer.root])).toBe(false);
      }
    }
  });

  it("show that everything continues the empty tree, and only the empty tree", () => {
    const leaves = numbered(3);
    const newer = head(leaves, 3);
    expect(verifyConsistency({ size: 0, root: hashNothing() }, newer, [])).toBe(true);
    expect(verifyConsistency({ size: 0, root: newer.root }, newer, [])).toBe(false);
    expect(verifyConsistency({ size: 0, root: hashNothing() }, newer, [newer.root])).toBe(false);
  });

  it("never go back to a smaller tree", () => {
    const leaves = numbered(4);
    expect(verifyConsistency(head(leaves, 4), head(leaves, 3), [])).toBe(false);
    expect(() => consistencyPath(4, 3)).toThrow(RangeError);
  });

  it("hold between two heads of a real certificate transparency log", () => {
    const older = {
      size: 3_654_490,
      root: Buffer.from("AuIZ5V6sDUj1vn3Y1K85oOaQ7y+FJJKtyRTl1edIKBQ=", "base64"),
    };
    const newer = { size: argonHead.tree_size, root: Buffer.from(argonHead.sha256_root_hash, "base64") };
    const proof = argonConsistency.consistency.map((hash) => Buffer.from(hash, "base64"));
    expect(verifyConsistency(older, newer, proof)).toBe(true);
    expect(verifyConsistency({ ...older, size: older.size + 1 }, newer, proof)).toBe(false);
  });

  it("hold for any two sizes", () => {
    const leaves = numbered(300);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }), (a, b) => {
        const [oldSize, newSize] = a <= b ? [a, b] : [b, a];
        const proof = hashesOf(consistencyPath(oldSize, newSize), leaves.slice(0, newSize));
        expect(verifyConsistency(head(leaves, oldSize), head(leaves, newSize), proof)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
