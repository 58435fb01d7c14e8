import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hashModule, readDigest, unpackModule } from "./unpack.ts";

/** Where the module lies, and where it may be kept decompressed. */
export interface Artifact {
  /** Holds `sluice-cell.wasm.br` and `SHA256`. */
  readonly directory: string;
  /** Holds decompressed modules, named by digest; what is read from it is hashed again. */
  readonly cacheDirectory?: string;
}

const MODULE = "sluice-cell.wasm";

/**
 * Reads the module whose digest stands in SHA256, from the cache where it is there and whole, else from the
 * committed brotli. Throws CORRUPT for anything else.
 */
export async function readArtifact({ directory, cacheDirectory }: Artifact): Promise<Uint8Array> {
  const digest = readDigest(directory, MODULE);
  if (cacheDirectory === undefined) return unpackModule(directory, MODULE, digest);
  const cached = await readCached(cacheDirectory, digest);
  if (cached !== undefined) return cached;
  const wasm = unpackModule(directory, MODULE, digest);
  await keep(cacheDirectory, digest, wasm);
  return wasm;
}

async function readCached(directory: string, digest: string): Promise<Uint8Array | undefined> {
  try {
    const wasm = await readFile(cachePath(directory, digest));
    return hashModule(wasm) === digest ? wasm : undefined;
  } catch {
    return undefined; // as for a damaged one: made anew from the committed file
  }
}

/** Atomic, so that a reader never sees half a module. A cache that cannot be written costs time, nothing else. */
async function keep(directory: string, digest: string, wasm: Uint8Array): Promise<void> {
  const unfinished = join(directory, `.${randomUUID()}`);
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(unfinished, wasm);
    await rename(unfinished, cachePath(directory, digest));
  } catch {
    await rm(unfinished, { force: true }).catch(() => undefined);
  }
}

function cachePath(directory: string, digest: string): string {
  return join(directory, `sluice-cell-${digest}.wasm`);
}
