import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Digest } from "../digest.ts";
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
  entrypoints: z.array(z.string()).min(1),
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

export interface CompileCacheOptions {
  readonly directory: string;
  /** Secret: authenticates the entries, so that nobody else can put a module there that is then evaluated. */
  readonly key: Uint8Array;
}

/**
 * Compiled policies by the digest of all that went into them. One file each: a line with an HMAC-SHA256 over
 * that digest and all that follows, a line of JSON, then the module. What a module says of its sources cannot
 * be checked without compiling again, hence the key. Holds bytes, never verdicts; what is damaged or another's is
 * as good as absent, and a cache that cannot be written costs time and nothing else.
 */
export class CompileCache {
  readonly #options: CompileCacheOptions | undefined;

  constructor(options: CompileCacheOptions | undefined) {
    this.#options = options;
  }

  async read(key: Digest): Promise<CompiledRego | undefined> {
    if (this.#options === undefined) return undefined;
    const { directory, key: secret } = this.#options;
    const bytes = await readFile(pathOf(directory, key)).catch(() => undefined);
    return bytes && parseEntry(bytes, (body) => authenticate(secret, key, body));
  }

  /** Atomic, so that a reader never sees half an entry. */
  async write(key: Digest, { wasm, ...rest }: CompiledRego): Promise<void> {
    if (this.#options === undefined) return;
    const { directory, key: secret } = this.#options;
    const body = Buffer.concat([Buffer.from(`${JSON.stringify(rest)}\n`), wasm]);
    const unfinished = join(directory, `.${randomUUID()}`);
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await writeFile(
        unfinished,
        Buffer.concat([Buffer.from(`${authenticate(secret, key, body)}\n`), body]),
        { mode: 0o600 },
      );
      await rename(unfinished, pathOf(directory, key));
    } catch {
      await rm(unfinished, { force: true }).catch(() => undefined);
    }
  }
}

function authenticate(secret: Uint8Array, key: Digest, body: Uint8Array): string {
  return createHmac("sha256", secret).update(`${key}\n`).update(body).digest("hex");
}

function parseEntry(bytes: Buffer, authenticated: (body: Buffer) => string): CompiledRego | undefined {
  const [tag, body] = cutLine(bytes);
  const [found, expected] = [Buffer.from(tag), Buffer.from(authenticated(body))];
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) return undefined;
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
