import { crc32 } from "node:zlib";
import { LruCache } from "../../lru-cache.ts";
import { GitError } from "../error.ts";
import type { GitLimits } from "../limits.ts";
import { type GitObject, hashObject, type Oid } from "../oid.ts";
import type { Turns } from "../turns.ts";
import type { IndexEntry } from "./index-file.ts";
import { PACK_HEADER, PackFile } from "./pack-file.ts";

interface Waiting {
  readonly offset: number;
  readonly crc32: number;
}

const MAGIC = "PACK";
const VERSION = 2;
const BASE_CACHE_BYTES = 32 * 1024 * 1024;

/**
 * Reads a pack from end to end and finds the name of every object in it. Each entry states its size, which
 * is held against the limits before anything is inflated. A pack with an entry that cannot be read, or a
 * delta without its base, is PACK_CORRUPT as a whole.
 */
export async function indexPack(path: string, limits: GitLimits, turns: Turns): Promise<IndexEntry[]> {
  const names = new Map<Oid, number>();
  const pack = new PackFile(path, (oid) => names.get(oid), new LruCache<GitObject>(BASE_CACHE_BYTES), limits);
  try {
    return await new Indexer(pack, names, turns).run(limits);
  } finally {
    pack.close();
  }
}

class Indexer {
  readonly #pack: PackFile;
  readonly #names: Map<Oid, number>;
  readonly #turns: Turns;
  readonly #entries: IndexEntry[] = [];
  /** Deltas, by the place or by the name of the base that they wait for. */
  readonly #waiting = new Map<number | Oid, Waiting[]>();

  constructor(pack: PackFile, names: Map<Oid, number>, turns: Turns) {
    this.#pack = pack;
    this.#names = names;
    this.#turns = turns;
  }

  async run(limits: GitLimits): Promise<IndexEntry[]> {
    const count = readCount(this.#pack, limits);
    await this.#scan(count);
    // Grows while it is walked: a delta that is resolved may be a base itself.
    for (const { oid, offset } of this.#entries) {
      for (const delta of [...this.#take(offset), ...this.#take(oid)]) {
        const object = this.#pack.read(delta.offset);
        this.#add(object, delta);
        await this.#turns.spend(object.bytes.length);
      }
    }
    if (this.#entries.length !== count) throw corrupt("the base of a delta is not in it");
    return this.#entries;
  }

  async #scan(count: number): Promise<void> {
    let offset = PACK_HEADER;
    for (let index = 0; index < count; index += 1) {
      const { header, data, end } = this.#pack.readEntry(offset);
      const place = { offset, crc32: crc32(this.#pack.bytes(offset, end - offset)) };
      const { kind } = header;
      if (kind.delta) this.#wait("distance" in kind ? offset - kind.distance : kind.base, place);
      else this.#add({ type: kind.type, bytes: data }, place);
      offset = end;
      await this.#turns.spend(data.length);
    }
    if (offset !== this.#pack.end) throw corrupt("bytes follow its last object");
  }

  #add(object: GitObject, place: Waiting): void {
    const oid = hashObject(object.type, object.bytes);
    this.#entries.push({ oid, ...place });
    this.#names.set(oid, place.offset);
  }

  #wait(base: number | Oid, place: Waiting): void {
    const waiting = this.#waiting.get(base);
    if (waiting === undefined) this.#waiting.set(base, [place]);
    else waiting.push(place);
  }

  #take(base: number | Oid): readonly Waiting[] {
    const waiting = this.#waiting.get(base) ?? [];
    this.#waiting.delete(base);
    return waiting;
  }
}

/** How many objects the pack's header promises. */
function readCount(pack: PackFile, limits: GitLimits): number {
  const header = Buffer.from(pack.bytes(0, PACK_HEADER));
  if (
    header.length < PACK_HEADER ||
    header.toString("latin1", 0, 4) !== MAGIC ||
    header.readUInt32BE(4) !== VERSION
  ) {
    throw corrupt("it does not begin as a pack of version 2");
  }
  const count = header.readUInt32BE(8);
  if (count > limits.packObjects) {
    throw new GitError(
      "RESPONSE_TOO_LARGE",
      `a pack of ${count} objects; the limit is ${limits.packObjects}`,
    );
  }
  return count;
}

function corrupt(found: string): GitError {
  return new GitError("PACK_CORRUPT", `the pack from the server is damaged: ${found}`);
}
