import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, sha256 } from "../digest.ts";

/** Keeps bytes by their digest, and never a verdict about them. */
export interface ByteCache {
  /** The bytes of that digest, hashed again, or undefined. */
  read(digest: Digest): Promise<Uint8Array | undefined>;
  /** Best effort and not durable: what could not be kept is fetched again. */
  write(digest: Digest, bytes: Uint8Array): Promise<void>;
}

export const noCache: ByteCache = {
  read: async () => undefined,
  write: async () => undefined,
};

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
