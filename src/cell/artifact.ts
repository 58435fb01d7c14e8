import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { CellError } from "./errors.ts";

/** Well past what the module has; a brotli bomb stops here. */
const MAX_MODULE_BYTES = 96 * 1024 * 1024;

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
export async function readArtifact(artifact: Artifact): Promise<Uint8Array> {
  const digest = await readDigest(artifact.directory);
  return (await readCached(artifact, digest)) ?? (await unpack(artifact, digest));
}

async function readDigest(directory: string): Promise<string> {
  const path = join(directory, "SHA256");
  const line = /^([0-9a-f]{64}) {2}sluice-cell\.wasm$/m.exec((await read(path)).toString("latin1"));
  if (line?.[1] === undefined) throw new CellError("CORRUPT", `${path} has no line for ${MODULE}`);
  return line[1];
}

async function readCached(artifact: Artifact, digest: string): Promise<Uint8Array | undefined> {
  if (artifact.cacheDirectory === undefined) return undefined;
  try {
    const wasm = await readFile(cachePath(artifact.cacheDirectory, digest));
    return hash(wasm) === digest ? wasm : undefined;
  } catch {
    return undefined; // as for a damaged one: made anew from the committed file
  }
}

async function unpack(artifact: Artifact, digest: string): Promise<Uint8Array> {
  const path = join(artifact.directory, `${MODULE}.br`);
  const wasm = decompress(await read(path), path);
  if (hash(wasm) !== digest) throw new CellError("CORRUPT", `${path} is not the module that SHA256 names`);
  if (artifact.cacheDirectory !== undefined) await keep(artifact.cacheDirectory, digest, wasm);
  return wasm;
}

function decompress(packed: Uint8Array, path: string): Uint8Array {
  try {
    return brotliDecompressSync(packed, { maxOutputLength: MAX_MODULE_BYTES });
  } catch (cause) {
    throw new CellError("CORRUPT", `${path} cannot be decompressed`, { cause });
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

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new CellError("CORRUPT", `${path} cannot be read`, {
      cause,
      remedy: "reinstall Sluice, or run `npm run build:cell` in a checkout",
    });
  }
}
