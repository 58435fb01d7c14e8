/** One value may take this part of the cache, so that a single large one does not empty it. */
const LARGEST_SHARE = 1 / 4;

/**
 * Keeps values up to a number of bytes; the least recently used go first. It saves reading and parsing the same thing
 * again, and says nothing about whether its bytes are right.
 */
export class LruCache<T> {
  readonly #maxBytes: number;
  readonly #kept = new Map<string, { readonly value: T; readonly bytes: number }>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(key: string): T | undefined {
    const found = this.#kept.get(key);
    if (found === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, found);
    return found.value;
  }

  set(key: string, value: T, bytes: number): void {
    if (bytes > this.#maxBytes * LARGEST_SHARE || this.#kept.has(key)) return;
    this.#kept.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#kept) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#kept.delete(oldest);
      this.#bytes -= freed;
    }
  }
}
