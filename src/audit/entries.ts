import { type Judged, passed, refused } from "../refusal.ts";
import type { LogPosition } from "../verified.ts";
import { orTampered } from "./error.ts";
import {
  equalHashes,
  hashLeaf,
  hashNothing,
  inclusionPath,
  TILE_WIDTH,
  type TreeHead,
  tileOf,
  toHex,
  verifyInclusion,
} from "./merkle/index.ts";
import { readBundle, readProof, readTile, type TileProblem } from "./reader.ts";
import type { LogFiles } from "./store/index.ts";

export interface StoredEntry extends LogPosition {
  readonly bytes: Uint8Array;
}

export type EntriesProblem =
  | TileProblem
  /** An entry does not hash to its leaf, or the leaf is not under the root. */
  | "LEAF_MISMATCH";

/**
 * The entries from `from` to the end, each shown to be under the root of a verified checkpoint before it is
 * given. Throws TAMPERED where one is not.
 */
export async function* readEntries(
  files: LogFiles,
  from: number,
  head: TreeHead,
): AsyncGenerator<StoredEntry> {
  if (from >= head.size) return;
  for (let bundle = Math.floor(from / TILE_WIDTH); bundle * TILE_WIDTH < head.size; bundle++) {
    const entries = orTampered(await readCheckedBundle(files, bundle, head));
    for (const [i, bytes] of entries.entries()) {
      const index = bundle * TILE_WIDTH + i;
      if (index >= from) yield { index, leafHash: toHex(hashLeaf(bytes)), bytes };
    }
  }
}

/**
 * A bundle whose entries are all under the root: they hash to the leaves of their tile, and the inclusion
 * proof of the last one takes in all of the other leaves there.
 */
export async function readCheckedBundle(
  files: LogFiles,
  bundle: number,
  { size, root }: TreeHead,
): Promise<Judged<readonly Uint8Array[], EntriesProblem>> {
  const tile = tileOf(0, bundle, size);
  const leaves = await readTile(files, tile);
  if (!leaves.ok) return leaves;
  const entries = await readBundle(files, bundle, tile.width);
  if (!entries.ok) return entries;
  const hashes = entries.value.map(hashLeaf);
  const wrong = hashes.findIndex((hash, i) => !equalHashes(hash, leaves.value[i] ?? hashNothing()));
  const first = bundle * TILE_WIDTH;
  if (wrong >= 0) return mismatch(first + wrong);
  const last = first + tile.width - 1;
  const proof = await readProof(files, inclusionPath(last, size), size);
  if (!proof.ok) return proof;
  const included = verifyInclusion(hashes.at(-1) ?? hashNothing(), last, size, proof.value, root);
  return included ? passed(entries.value) : mismatch(last);
}

function mismatch(index: number): Extract<Judged<never, EntriesProblem>, { ok: false }> {
  return refused({
    code: "LEAF_MISMATCH",
    subject: `entry ${index}`,
    message: "what is stored is not what the checkpoint was signed for",
    remedy: "restore the log from a copy",
  });
}
