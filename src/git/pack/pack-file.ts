import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { systemErrorCode } from "../../fault.ts";
import type { LruCache } from "../../lru-cache.ts";
import { GitError } from "../error.ts";
import type { GitLimits } from "../limits.ts";
import type { GitObject, Oid } from "../oid.ts";
import { applyDelta } from "./delta.ts";
import { type EntryHeader, MAX_ENTRY_HEADER, readEntryHeader } from "./entry.ts";
import { type Inflated, inflateExactly } from "./inflate.ts";

/** `PACK`, version, count. */
export const PACK_HEADER = 12;
/** SHA-1 of all that stands before it. */
export const PACK_TRAILER = 20;

/** Deltas of one chain wait in memory for their base. */
const MAX_PENDING_FACTOR = 4;
/** Neighbours are read together: commits stand in a pack about in the order in which history is walked. */
const WINDOW_BYTES = 64 * 1024;
/** A stream longer than this many times its worst real case is made of empty blocks. */
const MAX_STREAM_FACTOR = 16;

export interface Entry {
  readonly header: EntryHeader;
  /** The object, or the delta. */
  readonly data: Uint8Array;
  /** Where the next entry begins. */
  readonly end: number;
}

/**
 * The objects of one pack, by their place in it. Reads are synchronous: an object takes some ten
 * microseconds, less than handing it to another thread. What it gives is not yet compared with any name.
 */
export class PackFile {
  readonly path: string;
  /** Where the entries end and the trailer begins. */
  readonly end: number;
  readonly #descriptor: number;
  readonly #offsetOf: (oid: Oid) => number | undefined;
  readonly #cache: LruCache<GitObject>;
  readonly #limits: GitLimits;
  #window = Buffer.alloc(0);
  #windowStart = 0;
  #windowLength = 0;

  constructor(
    path: string,
    offsetOf: (oid: Oid) => number | undefined,
    cache: LruCache<GitObject>,
    limits: GitLimits,
  ) {
    this.path = path;
    this.#descriptor = this.#open();
    this.end = fstatSync(this.#descriptor).size - PACK_TRAILER;
    this.#offsetOf = offsetOf;
    this.#cache = cache;
    this.#limits = limits;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** The object that begins at `offset`, its deltas applied. */
  read(offset: number): GitObject {
    const deltas: { at: number; bytes: Uint8Array }[] = [];
    let pending = 0;
    let at = offset;
    let object = this.#cached(at);
    while (object === undefined) {
      const { header, data } = this.readEntry(at);
      if (!header.kind.delta) {
        object = { type: header.kind.type, bytes: data };
        if (deltas.length > 0) this.#keep(at, object);
        break;
      }
      deltas.push({ at, bytes: data });
      pending += data.length;
      const { deltaDepth, objectBytes } = this.#limits;
      if (deltas.length > deltaDepth || pending > objectBytes * MAX_PENDING_FACTOR) {
        throw this.#chainTooLong(offset);
      }
      at = this.#baseOffset(at, header);
      object = this.#cached(at);
    }
    let left = this.#limits.deltaBytes;
    for (let delta = deltas.pop(); delta !== undefined; delta = deltas.pop()) {
      const bytes = applyDelta(object.bytes, delta.bytes, Math.min(left, this.#limits.objectBytes));
      left -= bytes.length;
      object = { type: object.type, bytes };
      this.#keep(delta.at, object);
    }
    return object;
  }

  readEntry(offset: number): Entry {
    if (offset < PACK_HEADER || offset >= this.end) throw this.#corrupt(`no entry can begin at ${offset}`);
    const header = readEntryHeader(this.bytes(offset, MAX_ENTRY_HEADER));
    if (header.size > this.#limits.objectBytes) {
      throw new GitError(
        "OBJECT_TOO_LARGE",
        `${this.path}: an object of ${header.size} bytes; the limit is ${this.#limits.objectBytes}`,
        { remedy: "keep large files out of the configuration repository" },
      );
    }
    const { bytes, consumed } = this.#inflate(offset + header.length, header.size);
    return { header, data: bytes, end: offset + header.length + consumed };
  }

  /** Where the base of the delta at `offset` begins. */
  #baseOffset(offset: number, { kind }: EntryHeader): number {
    if (!kind.delta) throw new TypeError("only a delta has a base");
    const base = "distance" in kind ? offset - kind.distance : this.#offsetOf(kind.base);
    if (base === undefined) throw this.#corrupt(`the base of the delta at ${offset} is not in the pack`);
    return base;
  }

  /** Up to `length` bytes, fewer at the end of the entries; valid until the next call. */
  bytes(offset: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, this.end - offset));
    if (wanted > WINDOW_BYTES) return this.#fill(Buffer.allocUnsafeSlow(wanted), offset);
    const start = offset - this.#windowStart;
    if (start >= 0 && start + wanted <= this.#windowLength) {
      return this.#window.subarray(start, start + wanted);
    }
    if (this.#window.length === 0) this.#window = Buffer.allocUnsafeSlow(WINDOW_BYTES);
    const filled = this.#fill(this.#window.subarray(0, Math.min(WINDOW_BYTES, this.end - offset)), offset);
    this.#windowStart = offset;
    this.#windowLength = filled.length;
    return filled.subarray(0, wanted);
  }

  #open(): number {
    try {
      return openSync(this.path, "r");
    } catch (error) {
      // Its index is there, or nobody would have asked.
      if (systemErrorCode(error) === "ENOENT") throw this.#corrupt("the pack of an index is gone");
      throw error;
    }
  }

  #fill(target: Buffer, offset: number): Uint8Array {
    let filled = 0;
    while (filled < target.length) {
      const read = readSync(this.#descriptor, target, filled, target.length - filled, offset + filled);
      if (read === 0) throw this.#corrupt("it was cut off while it was read");
      filled += read;
    }
    return target;
  }

  /** Begins with little, and reads on as far as the stream does: what is large compresses well. */
  #inflate(offset: number, size: number): Inflated {
    const likely = compressedBound(size);
    const longest = likely * MAX_STREAM_FACTOR;
    for (let length = Math.min(likely, WINDOW_BYTES); ; length = Math.min(length * 4, longest)) {
      const inflated = inflateExactly(this.bytes(offset, length), size);
      if (inflated !== undefined) return inflated;
      if (length === longest || offset + length >= this.end) break;
    }
    throw this.#corrupt(`the compressed data at ${offset} does not end`);
  }

  #cached(offset: number): GitObject | undefined {
    return this.#cache.get(`${this.path}:${offset}`);
  }

  #keep(offset: number, object: GitObject): void {
    this.#cache.set(`${this.path}:${offset}`, object, object.bytes.length);
  }

  #chainTooLong(offset: number): GitError {
    return new GitError("OBJECT_TOO_LARGE", `${this.path}: a chain of deltas past all bounds at ${offset}`, {
      remedy: "pack the repository again, `git repack -adf --depth=50`, and keep large files out of it",
    });
  }

  #corrupt(found: string): GitError {
    return new GitError("PACK_CORRUPT", `${this.path}: ${found}`, {
      remedy: "look at the repository with `git fsck`, or fetch it again",
    });
  }
}

/** What zlib needs at most for `size` bytes: its `compressBound`, and a little for other encoders. */
function compressedBound(size: number): number {
  return size + (size >> 8) + 128;
}
