import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { CellError } from "./errors.ts";

/** The checkout's `cell/`: each module as `<name>.br`, and SHA256 with a line for each. */
export const ARTIFACT_DIRECTORY = join(import.meta.dirname, "../../cell");

/** Well past what the largest module has; a brotli bomb stops here. */
const MAX_MODULE_BYTES = 96 * 1024 * 1024;

export type ModuleName = "sluice-cell.wasm" | "sluice-sha1.wasm";

/** The digest that a module must have. Throws CORRUPT. */
export function readDigest(directory: string, name: ModuleName): string {
  const path = join(directory, "SHA256");
  const lines = read(path).toString("latin1").split("\n");
  const digest = lines.find((line) => line.slice(64) === `  ${name}`)?.slice(0, 64);
  if (digest === undefined || !/^[0-9a-f]{64}$/.test(digest))
    throw new CellError("CORRUPT", `${path} has no line for ${name}`);
  return digest;
}

/** The module, unpacked; throws CORRUPT where it is not the one with that digest. */
export function unpackModule(directory: string, name: ModuleName, digest: string): Uint8Array {
  const path = join(directory, `${name}.br`);
  const wasm = decompress(read(path), path);
  if (hashModule(wasm) !== digest)
    throw new CellError("CORRUPT", `${path} is not the module that SHA256 names`);
  return wasm;
}

export function hashModule(wasm: Uint8Array): string {
  return createHash("sha256").update(wasm).digest("hex");
}

function decompress(packed: Uint8Array, path: string): Uint8Array {
  try {
    return brotliDecompressSync(packed, { maxOutputLength: MAX_MODULE_BYTES });
  } catch (cause) {
    throw new CellError("CORRUPT", `${path} cannot be decompressed`, { cause });
  }
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CellError("CORRUPT", `${path} cannot be read`, {
      cause,
      remedy: "reinstall Sluice, or run `npm run build:cell` in a checkout",
    });
  }
}
