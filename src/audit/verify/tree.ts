import {
  EMPTY_FRONTIER,
  equalHashes,
  type Frontier,
  type Hash,
  hashLeaf,
  pushLeaf,
  pushSubtree,
  rootOf,
  TILE_WIDTH,
  type TreeHead,
  tileOf,
  tilePath,
  treeRoot,
} from "../merkle/index.ts";
import { readBundle, readTile } from "../reader.ts";
import type { LogFiles } from "../store/index.ts";
import type { Report } from "./report.ts";

export interface WalkedEntry {
  readonly index: number;
  readonly leaf: Hash;
  readonly bytes: Uint8Array;
}

/**
 * Computes the whole tree again from the entries, and compares every tile with it on the way. `visit` gets
 * each entry, in order, whether its leaf is right or not. Gives the head of the tree as it was at
 * `olderSize`; undefined where entries are missing before that.
 */
export async function walkTree(
  files: LogFiles,
  head: TreeHead,
  olderSize: number,
  report: Report,
  visit: (entry: WalkedEntry) => Promise<void>,
): Promise<TreeHead | undefined> {
  const upper = new UpperTiles(files, head.size, report);
  let frontier = EMPTY_FRONTIER;
  let older = olderSize === 0 ? headOf(frontier) : undefined;
  for (let index = 0; index * TILE_WIDTH < head.size; index++) {
    const { width } = tileOf(0, index, head.size);
    const entries = await readBundle(files, index, width);
    if (!entries.ok) {
      // Nothing can be computed beyond a hole: neither the root nor what is above it.
      report.addAll(entries.refusals);
      return older;
    }
    const leaves = entries.value.map(hashLeaf);
    await checkLeaves(files, index, leaves, head.size, report);
    for (const [i, bytes] of entries.value.entries()) {
      await visit({ index: index * TILE_WIDTH + i, leaf: leaves[i] ?? hashLeaf(bytes), bytes });
    }
    const before = frontier;
    if (width === TILE_WIDTH) {
      const root = treeRoot(leaves);
      await upper.push(1, root);
      frontier = pushSubtree(before, root, TILE_WIDTH);
    } else {
      frontier = leaves.reduce(pushLeaf, before);
    }
    if (before.size < olderSize && olderSize <= frontier.size) {
      older = headOf(leaves.slice(0, olderSize - before.size).reduce(pushLeaf, before));
    }
  }
  await upper.finish();
  if (!equalHashes(rootOf(frontier), head.root)) {
    report.add("ROOT_MISMATCH", "checkpoint", "the entries do not hash to the root that was signed");
  }
  return older;
}

function headOf(frontier: Frontier): TreeHead {
  return { size: frontier.size, root: rootOf(frontier) };
}

async function checkLeaves(
  files: LogFiles,
  index: number,
  leaves: readonly Hash[],
  size: number,
  report: Report,
): Promise<void> {
  const tile = await readTile(files, tileOf(0, index, size));
  if (!tile.ok) return report.addAll(tile.refusals);
  for (const [i, leaf] of leaves.entries()) {
    if (equalHashes(leaf, tile.value[i] ?? Buffer.alloc(0))) continue;
    report.add("LEAF_MISMATCH", `entry ${index * TILE_WIDTH + i}`, "the entry does not hash to its leaf");
  }
}

/** The tiles above the leaves, compared with what was computed for them as soon as they are complete. */
class UpperTiles {
  readonly #files: LogFiles;
  readonly #size: number;
  readonly #report: Report;
  readonly #rows: { index: number; hashes: readonly Hash[] }[] = [];

  constructor(files: LogFiles, size: number, report: Report) {
    this.#files = files;
    this.#size = size;
    this.#report = report;
  }

  async push(level: number, hash: Hash): Promise<void> {
    const { index, hashes } = this.#rows[level] ?? { index: 0, hashes: [] };
    const row = [...hashes, hash];
    const full = row.length === TILE_WIDTH;
    this.#rows[level] = full ? { index: index + 1, hashes: [] } : { index, hashes: row };
    if (!full) return;
    await this.#check(level, index, row);
    await this.push(level + 1, treeRoot(row));
  }

  /** Compares the partial tiles of the right edge. */
  async finish(): Promise<void> {
    for (const [level, row] of this.#rows.entries()) {
      // Level 0 is not among the rows: leaves are compared as they are read.
      if (row !== undefined && row.hashes.length > 0) await this.#check(level, row.index, row.hashes);
    }
  }

  async #check(level: number, index: number, hashes: readonly Hash[]): Promise<void> {
    const tile = await readTile(this.#files, tileOf(level, index, this.#size));
    if (!tile.ok) return this.#report.addAll(tile.refusals);
    const same = hashes.every((hash, i) => equalHashes(hash, tile.value[i] ?? Buffer.alloc(0)));
    if (same) return;
    const path = tilePath({ level, index, width: hashes.length });
    this.#report.add("TILE_MISMATCH", path, "the tile does not hold the hashes of the tiles below it");
  }
}
