import type { LogFiles } from "../store/index.ts";

const HASH_TILE = /^tile\/\d/;

/** Keeps the hash tiles that were read: proofs of neighbouring entries need the same ones. */
export class CachedTiles implements LogFiles {
  readonly #files: LogFiles;
  readonly #tiles = new Map<string, Promise<Uint8Array | undefined>>();

  constructor(files: LogFiles) {
    this.#files = files;
  }

  read(path: string, limit: number): Promise<Uint8Array | undefined> {
    if (!HASH_TILE.test(path)) return this.#files.read(path, limit);
    const tile = this.#tiles.get(path) ?? this.#files.read(path, limit);
    this.#tiles.set(path, tile);
    return tile;
  }
}
