export { EMPTY_FRONTIER, type Frontier, pushLeaf, pushSubtree, rootOf, treeRoot } from "./frontier.ts";
export {
  equalHashes,
  foldSubtrees,
  HASH_BYTES,
  type Hash,
  hashChildren,
  hashLeaf,
  hashNothing,
  toHex,
} from "./hash.ts";
export {
  consistencyPath,
  inclusionPath,
  type Node,
  type ProofHash,
  type TreeHead,
  verifyConsistency,
  verifyInclusion,
} from "./proof.ts";
export {
  bundlePath,
  hashesAt,
  type NodePlace,
  partialsPath,
  placeOf,
  TILE_WIDTH,
  type Tile,
  tileOf,
  tilePath,
} from "./tile.ts";
