import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, sha256 } from "../digest.ts";
import { LruCache } from "../lru-cache.ts";

/** Keeps bytes by their digest, and never a verdict about them. */
export interface ByteCache {
  /** The bytes of that digest, hashed when they came into this process, or undefined. Not to be changed. */
  read(digest: Digest): Promise<Uint8Array | undefined>;
  /** Best effort and not durable: what could not be kept is fetched again. */
  write(digest: Digest, bytes: Uint8Array): Promise<void>;
}

export const noCache: ByteCache = {
  read: async () => undefined,
  write: async () => undefined,
};

/** Manifests and signatures of a few thousand images: what gates that look every minute ask for each time. */
const MAX_MEMORY_BYTES = 8 * 1024 * 1024;
/** A value costs more than its bytes. */
const OVERHEAD_BYTES = 512;

/** Keeps in memory what was read or written last, so that it is neither read nor hashed for each gate anew. */
export function memoryCache(beneath: ByteCache): ByteCache {
  const kept = new LruCache<Uint8Array>(MAX_MEMORY_BYTES);
  // A copy of its own: what was cut out of a larger buffer would keep all of that.
  const keep = (digest: Digest, bytes: Uint8Array) =>
    kept.set(digest, Buffer.from(new Uint8Array(bytes).buffer), bytes.length + OVERHEAD_BYTES);
  return {
    async read(digest) {
      const known = kept.get(digest);
      if (known !== undefined) return known;
      const bytes = await beneath.read(digest);
      if (bytes !== undefined) keep(digest, bytes);
      return bytes;
    },
    async write(digest, bytes) {
      keep(digest, bytes);
      await beneath.write(digest, bytes);
    },
  };
}

/** One file a digest. Whoever can write there can waste our time, not change an answer: reads are hashed. */
export function directoryCache(directory: string): ByteCache {
  const pathOf = (digest: Digest): string => join(directory, digest.replace(":", "-"));
  return {
    async read(digest) {
      const bytes = await readFile(pathOf(digest)).catch(() => undefined);
      return bytes !== undefined && sha256(bytes) === digest ? bytes : undefined;
    },
    async write(digest, bytes) {
      const temporary = join(directory, `.${randomUUID()}`);
      try {
        await mkdir(directory, { recursive: true });
        await writeFile(temporary, bytes, { flag: "wx" });
        await rename(temporary, pathOf(digest));
      } catch {
        await rm(temporary, { force: true }).catch(() => undefined);
      }
    },
  };
}
