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
 * Compiled policies by the digest of all that went into them. One file each: a line with the digest of all
 * that follows, a line of JSON, then the module. Holds bytes, never verdicts; what is damaged is as good as
 * absent, and a cache that cannot be written costs time and nothing else. The digest finds damage, not malice:
 * whoever may write the folder is trusted as the program is, and so it is made for its owner alone.
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
    const body = Buffer.concat([Buffer.from(`${JSON.stringify(rest)}\n`), wasm]);
    const unfinished = join(this.#directory, `.${randomUUID()}`);
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await writeFile(unfinished, Buffer.concat([Buffer.from(`${sha256(body)}\n`), body]), { mode: 0o600 });
      await rename(unfinished, pathOf(this.#directory, key));
    } catch {
      await rm(unfinished, { force: true }).catch(() => undefined);
    }
  }
}

function parseEntry(bytes: Buffer): CompiledRego | undefined {
  const [digest, body] = cutLine(bytes);
  if (digest !== sha256(body)) return undefined;
  const [header, wasm] = cutLine(body);
  const parsed = headerSchema.safeParse(parseJson(header));
  return parsed.success ? { ...parsed.data, wasm: Uint8Array.from(wasm) } : undefined;
}

function cutLine(bytes: Buffer): [line: string, rest: Buffer] {
  const end = bytes.indexOf(NEWLINE);
  return end === -1 ? ["", bytes] : [bytes.toString("utf8", 0, end), bytes.subarray(end + 1)];
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
