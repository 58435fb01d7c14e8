import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Digest, sha256 } from "../digest.ts";
import type { RuleMetadata } from "./metadata.ts";

/** What the cell made of a bundle's sources. */
export interface CompiledRego {
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** The bundle's base data, as JSON text. */
  readonly data: string;
  /** As `sluice/object/<name>/deny`, sorted. */
  readonly entrypoints: readonly string[];
  /** By entrypoint. */
  readonly metadata: Readonly<Record<string, RuleMetadata>>;
}

const headerSchema = z.strictObject({
  wasm: z.string(),
  data: z.string(),
  entrypoints: z.array(z.string()),
  metadata: z.record(
    z.string(),
    z.strictObject({
      title: z.string().exactOptional(),
      severity: z.string().exactOptional(),
      remediation: z.string().exactOptional(),
      controls: z.array(z.string()),
    }),
  ),
});

const NEWLINE = 0x0a;

/**
 * Compiled policies by the digest of all that went into them. One file each: a line of JSON that holds the
 * module's digest, then the module. Holds bytes, never verdicts; what is damaged is as good as absent, and a
 * cache that cannot be written costs time and nothing else.
 */
export class CompileCache {
  readonly #directory: string | undefined;

  constructor(directory: string | undefined) {
    this.#directory = directory;
  }

  async read(key: Digest): Promise<CompiledRego | undefined> {
    if (this.#directory === undefined) return undefined;
    const bytes = await readFile(pathOf(this.#directory, key)).catch(() => undefined);
    return bytes && parseEntry(bytes);
  }

  /** Atomic, so that a reader never sees half an entry. */
  async write(key: Digest, { wasm, ...rest }: CompiledRego): Promise<void> {
    if (this.#directory === undefined) return;
    const header = JSON.stringify({ ...rest, wasm: sha256(wasm) });
    const unfinished = join(this.#directory, `.${randomUUID()}`);
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await writeFile(unfinished, Buffer.concat([Buffer.from(`${header}\n`), wasm]), { mode: 0o600 });
      await rename(unfinished, pathOf(this.#directory, key));
    } catch {
      await rm(unfinished, { force: true });
    }
  }
}

function parseEntry(bytes: Buffer): CompiledRego | undefined {
  const end = bytes.indexOf(NEWLINE);
  const header = headerSchema.safeParse(parseJson(bytes.toString("utf8", 0, end)));
  const wasm = Uint8Array.from(bytes.subarray(end + 1));
  if (!header.success || header.data.wasm !== sha256(wasm)) return undefined;
  return { ...header.data, wasm };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pathOf(directory: string, key: Digest): string {
  return join(directory, `${key.replace("sha256:", "")}.policy`);
}
