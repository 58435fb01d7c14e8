import { type Judged, passed, refused } from "../refusal.ts";
import {
  bundlePath,
  foldSubtrees,
  type Hash,
  type Node,
  type ProofHash,
  placeOf,
  TILE_WIDTH,
  type Tile,
  tilePath,
  treeRoot,
} from "./merkle/index.ts";
import type { LogFiles } from "./store/index.ts";
import { MAX_BUNDLE_BYTES, MAX_TILE_BYTES, parseBundle, parseTile } from "./tlog/bundle.ts";

export type TileProblem = "MISSING_TILE" | "MALFORMED_TILE" | "MISSING_ENTRIES" | "MALFORMED_ENTRIES";

/** The hashes of a tile, as they stand there: it is for the caller to check them against the root. */
export async function readTile(files: LogFiles, tile: Tile): Promise<Judged<readonly Hash[], TileProblem>> {
  const path = tilePath(tile);
  const found = await readWidth(files, path, tilePath({ ...tile, width: TILE_WIDTH }), MAX_TILE_BYTES);
  if (found === undefined) return problem("MISSING_TILE", path, "the checkpoint needs this tile");
  const hashes = parseTile(found.bytes, found.full ? TILE_WIDTH : tile.width);
  if (hashes === undefined) return problem("MALFORMED_TILE", path, "its length is not that of its hashes");
  return passed(hashes.slice(0, tile.width));
}

/** The entries that the level-0 tile of this index and width has the hashes of; unchecked as well. */
export async function readBundle(
  files: LogFiles,
  index: number,
  width: number,
): Promise<Judged<readonly Uint8Array[], TileProblem>> {
  const path = bundlePath(index, width);
  const found = await readWidth(files, path, bundlePath(index, TILE_WIDTH), MAX_BUNDLE_BYTES);
  if (found === undefined) return problem("MISSING_ENTRIES", path, "the checkpoint needs these entries");
  const entries = parseBundle(found.bytes, found.full ? TILE_WIDTH : width);
  if (entries === undefined)
    return problem("MALFORMED_ENTRIES", path, "it is not a sequence of whole entries");
  return passed(entries.slice(0, width));
}

/** Looks up the hashes of a proof in the tiles of a tree of `size` leaves. */
export async function readProof(
  files: LogFiles,
  path: readonly ProofHash[],
  size: number,
): Promise<Judged<readonly Hash[], TileProblem>> {
  const proof: Hash[] = [];
  for (const nodes of path) {
    const subtrees: Hash[] = [];
    for (const node of nodes) {
      const hash = await readNode(files, node, size);
      if (!hash.ok) return hash;
      subtrees.push(hash.value);
    }
    proof.push(foldSubtrees(subtrees));
  }
  return passed(proof);
}

async function readNode(files: LogFiles, node: Node, size: number): Promise<Judged<Hash, TileProblem>> {
  const { tile, start, count } = placeOf(node, size);
  const hashes = await readTile(files, tile);
  return hashes.ok ? passed(treeRoot(hashes.value.slice(start, start + count))) : hashes;
}

/**
 * A partial tile, or the full one that has taken its place: the writer may remove a partial version once
 * the full one is there, also while somebody reads with an earlier checkpoint.
 */
async function readWidth(
  files: LogFiles,
  path: string,
  fullPath: string,
  limit: number,
): Promise<{ bytes: Uint8Array; full: boolean } | undefined> {
  const exact = await files.read(path, limit);
  if (exact !== undefined) return { bytes: exact, full: path === fullPath };
  const full = await files.read(fullPath, limit);
  return full === undefined ? undefined : { bytes: full, full: true };
}

function problem(
  code: TileProblem,
  subject: string,
  message: string,
): Extract<Judged<never, TileProblem>, { ok: false }> {
  return refused({ code, subject, message, remedy: "restore the log from a copy" });
}
