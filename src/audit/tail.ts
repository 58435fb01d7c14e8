import { type Judged, passed, refused } from "../refusal.ts";
import { type EntriesProblem, readCheckedBundle } from "./entries.ts";
import {
  bundlePath,
  EMPTY_FRONTIER,
  equalHashes,
  type Frontier,
  type Hash,
  hashesAt,
  hashLeaf,
  partialsPath,
  pushLeaf,
  pushSubtree,
  rootOf,
  TILE_WIDTH,
  type TreeHead,
  tileOf,
  tilePath,
  treeRoot,
} from "./merkle/index.ts";
import { readTile } from "./reader.ts";
import type { LogFiles } from "./store/index.ts";
import { encodeBundle, encodeTile } from "./tlog/bundle.ts";

/** The right edge of the log: what is needed to append to it, and no more, however long it is. */
export interface Tail {
  readonly frontier: Frontier;
  /** By level, the hashes of the partial tile; empty where the last tile is full. */
  readonly tiles: readonly (readonly Hash[])[];
  /** The entries of the partial bundle. */
  readonly entries: readonly Uint8Array[];
}

export const EMPTY_TAIL: Tail = { frontier: EMPTY_FRONTIER, tiles: [], entries: [] };

export interface Growth {
  readonly tail: Tail;
  /** Of each new entry, in their order. */
  readonly leaves: readonly Hash[];
  /** All that is new: none of these is part of a smaller tree, and they may be written in any order. */
  readonly files: readonly TailFile[];
}

export interface TailFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The log with these entries more. */
export function growTail(tail: Tail, entries: readonly Uint8Array[]): Growth {
  // Of each tile the widest: nobody signs for the sizes in between.
  const files = new Map<string, TailFile>();
  const leaves: Hash[] = [];
  let grown = tail;
  for (const entry of entries) {
    const step = growByOne(grown, entry);
    for (const file of step.files) files.set(file.path.replace(PARTIAL, ""), file);
    leaves.push(step.leaf);
    grown = step.tail;
  }
  return { tail: grown, leaves, files: [...files.values()] };
}

/** What tells a partial tile's path from that of the full one. */
const PARTIAL = /\.p\/\d+$/;

function growByOne(tail: Tail, entry: Uint8Array) {
  const leaf = hashLeaf(entry);
  const frontier = pushLeaf(tail.frontier, leaf);
  // A copy of its own: what was cut out of a larger buffer would keep all of that for as long as the tail does.
  const entries = [...tail.entries, new Uint8Array(entry)];
  const bundle = bundlePath(lastTile(0, frontier.size), entries.length);
  const files: TailFile[] = [{ path: bundle, bytes: encodeBundle(entries) }];
  const tiles = [...tail.tiles];
  let hash: Hash | undefined = leaf;
  // A tile that fills up gives one hash to the level above.
  for (let level = 0; hash !== undefined; level++) {
    const hashes: readonly Hash[] = [...(tiles[level] ?? []), hash];
    const full = hashes.length === TILE_WIDTH;
    const path = tilePath({ level, index: lastTile(level, frontier.size), width: hashes.length });
    files.push({ path, bytes: encodeTile(hashes) });
    tiles[level] = full ? [] : hashes;
    hash = full ? treeRoot(hashes) : undefined;
  }
  const grown: Tail = { frontier, tiles, entries: entries.length === TILE_WIDTH ? [] : entries };
  return { tail: grown, leaf, files };
}

function lastTile(level: number, size: number): number {
  return Math.floor((hashesAt(level, size) - 1) / TILE_WIDTH);
}

/** Folders of partial tiles and bundles that full ones have taken the place of, along the right edge. */
export function obsoletePartials(size: number): readonly string[] {
  const folders: string[] = [];
  for (let level = 0; hashesAt(level, size) >= TILE_WIDTH; level++) {
    const index = Math.floor(hashesAt(level, size) / TILE_WIDTH) - 1;
    folders.push(partialsPath(tilePath({ level, index, width: TILE_WIDTH })));
    if (level === 0) folders.push(partialsPath(bundlePath(index, TILE_WIDTH)));
  }
  return folders;
}

export type TailProblem =
  | EntriesProblem
  /** The tiles do not add up to the root of the checkpoint. */
  | "ROOT_MISMATCH";

/** Reads the right edge, and checks it and the last entries against the root of a verified checkpoint. */
export async function readTail(files: LogFiles, head: TreeHead): Promise<Judged<Tail, TailProblem>> {
  const tiles: (readonly Hash[])[] = [];
  for (let level = 0; hashesAt(level, head.size) > 0; level++) {
    const count = hashesAt(level, head.size);
    const edge = tileOf(level, Math.floor(count / TILE_WIDTH), head.size);
    const hashes = edge.width === 0 ? passed([]) : await readTile(files, edge);
    if (!hashes.ok) return hashes;
    tiles.push(hashes.value);
  }
  const frontier = frontierOf(tiles);
  if (!equalHashes(rootOf(frontier), head.root)) {
    const message = "the tiles do not add up to the root that was signed";
    return refused({
      code: "ROOT_MISMATCH",
      subject: "checkpoint",
      message,
      remedy: "restore the log from a copy",
    });
  }
  if (head.size === 0) return passed(EMPTY_TAIL);
  // The last entries are looked at even where they fill their bundle, and the next append has no need of them.
  const entries = await readCheckedBundle(files, lastTile(0, head.size), head);
  if (!entries.ok) return entries;
  return passed({ frontier, tiles, entries: entries.value.length === TILE_WIDTH ? [] : entries.value });
}

function frontierOf(tiles: readonly (readonly Hash[])[]): Frontier {
  const topDown = tiles.map((hashes, level) => ({ hashes, leaves: TILE_WIDTH ** level })).toReversed();
  return topDown.reduce(
    (frontier, { hashes, leaves }) =>
      hashes.reduce((grown, hash) => pushSubtree(grown, hash, leaves), frontier),
    EMPTY_FRONTIER,
  );
}
