import { readFileSync, statSync } from "node:fs";
import { GitError } from "../error.ts";
import type { Oid } from "../oid.ts";

/** More than an index of 30 million objects; it is held in memory. */
const MAX_INDEX_BYTES = 1024 * 1024 * 1024;

/** Where an object stands in a pack. */
export interface IndexEntry {
  readonly oid: Oid;
  readonly offset: number;
  /** Of the entry as it stands in the pack. */
  readonly crc32: number;
}

const MAGIC = 0xff744f63;
const VERSION = 2;
const FANOUT = 8;
const NAMES = FANOUT + 256 * 4;
const OID_BYTES = 20;
/** Two checksums: the pack's, and the index's own. */
const TRAILER = 2 * OID_BYTES;
const LARGE = 0x80000000;

/**
 * A pack's index, version 2:
 *
 *     magic, version | fanout: 256 × u32 | names: n × 20 | crc32: n × u32 | offsets: n × u32
 *     | large offsets: u64 … | pack checksum | index checksum
 *
 * All that an index says is where to look: what is found there is hashed and compared with its name.
 * So its layout is checked, so that no read leaves it, and its checksums are left to `git fsck`.
 * https://git-scm.com/docs/pack-format#_version_2_pack_idx_files_support_packs_larger_than_4_gib_and
 */
export class PackIndex {
  readonly count: number;
  readonly #file: Buffer;
  readonly #path: string;

  constructor(file: Buffer, path: string) {
    if (file.length < NAMES + TRAILER || file.readUInt32BE(0) !== MAGIC || file.readUInt32BE(4) !== VERSION) {
      throw corrupt(path, "not a pack index of version 2");
    }
    this.#file = file;
    this.#path = path;
    this.count = this.#fanout(255);
    let previous = 0;
    for (let first = 0; first < 256; first += 1) {
      const next = this.#fanout(first);
      if (next < previous) throw corrupt(path, "its fanout table goes backwards");
      previous = next;
    }
    const large = file.length - NAMES - this.count * 28 - TRAILER;
    if (large < 0 || large % 8 !== 0) throw corrupt(path, "its length does not fit its count");
  }

  static read(path: string): PackIndex {
    const { size } = statSync(path);
    if (size > MAX_INDEX_BYTES) throw corrupt(path, `${size} bytes; the limit is ${MAX_INDEX_BYTES}`);
    return new PackIndex(readFileSync(path), path);
  }

  /** Where the object stands in the pack; undefined where the pack does not have it. */
  offsetOf(oid: Oid): number | undefined {
    const name = Buffer.from(oid, "hex");
    const first = name[0] ?? 0;
    let low = first === 0 ? 0 : this.#fanout(first - 1);
    let high = this.#fanout(first);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = NAMES + middle * OID_BYTES;
      const order = this.#file.compare(name, 0, OID_BYTES, at, at + OID_BYTES);
      if (order === 0) return this.#offset(middle);
      if (order > 0) high = middle;
      else low = middle + 1;
    }
    return undefined;
  }

  /** Everything in the index, in the order of names. */
  *entries(): Generator<IndexEntry, void, undefined> {
    for (let position = 0; position < this.count; position += 1) {
      const name = NAMES + position * OID_BYTES;
      yield {
        oid: this.#file.toString("hex", name, name + OID_BYTES),
        crc32: this.#file.readUInt32BE(NAMES + this.count * 20 + position * 4),
        offset: this.#offset(position),
      };
    }
  }

  #fanout(first: number): number {
    return this.#file.readUInt32BE(FANOUT + first * 4);
  }

  #offset(position: number): number {
    const offset = this.#file.readUInt32BE(NAMES + this.count * 24 + position * 4);
    if (offset < LARGE) return offset;
    const at = NAMES + this.count * 28 + (offset - LARGE) * 8;
    if (at + 8 + TRAILER > this.#file.length) throw corrupt(this.#path, "an offset is missing");
    return Number(this.#file.readBigUInt64BE(at));
  }
}

function corrupt(path: string, found: string): GitError {
  return new GitError("PACK_CORRUPT", `${path}: ${found}`, {
    remedy: "look at the repository with `git fsck`, or fetch it again",
  });
}
