import type { GitObject } from "../oid.ts";

/** One object may take this part of the cache, so that a single large file does not empty it. */
const LARGEST_SHARE = 1 / 4;

/**
 * Keeps the objects that deltas were lately applied to, up to a number of bytes; the least recently used
 * go first. It saves inflating the same base again, and says nothing about whether the bytes are right.
 */
export class BaseCache {
  readonly #maxBytes: number;
  readonly #objects = new Map<string, GitObject>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(key: string): GitObject | undefined {
    const object = this.#objects.get(key);
    if (object === undefined) return undefined;
    this.#objects.delete(key);
    this.#objects.set(key, object);
    return object;
  }

  set(key: string, object: GitObject): void {
    if (object.bytes.length > this.#maxBytes * LARGEST_SHARE || this.#objects.has(key)) return;
    this.#objects.set(key, object);
    this.#bytes += object.bytes.length;
    for (const [oldest, { bytes }] of this.#objects) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#objects.delete(oldest);
      this.#bytes -= bytes.length;
    }
  }
}
