import type { Node } from "./proof.ts";

/** Hashes in a full tile, and entries in a full bundle (https://c2sp.org/tlog-tiles). */
export const TILE_WIDTH = 256;

/** Tree levels that one tile spans. */
const TILE_HEIGHT = 8;

/** `width` hashes of the tree level `8 · level`, the first of them at `256 · index`. */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly width: number;
}

/** How many hashes tiles hold at `level`, altogether, for a tree of `size` leaves. */
export function hashesAt(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** The tile at these coordinates as a tree of `size` leaves has it; its width is 0 where there is none. */
export function tileOf(level: number, index: number, size: number): Tile {
  const width = Math.min(TILE_WIDTH, Math.max(0, hashesAt(level, size) - index * TILE_WIDTH));
  return { level, index, width };
}

/** Where a node's hash comes from: the root over `count` hashes of a tile, from `start` on. */
export interface NodePlace {
  readonly tile: Tile;
  readonly start: number;
  readonly count: number;
}

export function placeOf(node: Node, size: number): NodePlace {
  const level = Math.floor(node.level / TILE_HEIGHT);
  const count = 2 ** (node.level - level * TILE_HEIGHT);
  const first = node.index * count;
  const index = Math.floor(first / TILE_WIDTH);
  return { tile: tileOf(level, index, size), start: first - index * TILE_WIDTH, count };
}

export function tilePath(tile: Tile): string {
  return `tile/${tile.level}/${numbered(tile.index, tile.width)}`;
}

/** Where the entries stand that the level-0 tile with this index and width has the hashes of. */
export function bundlePath(index: number, width: number): string {
  return `tile/entries/${numbered(index, width)}`;
}

/** The folder of all partial versions of a tile or bundle, given the path of the full one. */
export function partialsPath(fullPath: string): string {
  return `${fullPath}.p`;
}

/** `x001/x234/067`, and `.p/<width>` behind it where the tile is partial. */
function numbered(index: number, width: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/\d{3}/g) ?? [];
  const path = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join("/");
  return width === TILE_WIDTH ? path : `${partialsPath(path)}/${width}`;
}
