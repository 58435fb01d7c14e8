import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Artifact, readArtifact } from "./artifact.ts";

const WASM = Buffer.from("the module");
const DIGEST = createHash("sha256").update(WASM).digest("hex");
const CACHED = `sluice-cell-${DIGEST}.wasm`;

const quickly = (bytes: Buffer): Buffer =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MIN_QUALITY } });

let root: string;
let artifact: Artifact & { cacheDirectory: string };
const packed = () => join(artifact.directory, "sluice-cell.wasm.br");
const sums = () => join(artifact.directory, "SHA256");

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "sluice-artifact-"));
  artifact = { directory: root, cacheDirectory: join(root, "cache") };
  await writeFile(packed(), brotliCompressSync(WASM));
  await writeFile(sums(), `${DIGEST}  sluice-cell.wasm\n${"0".repeat(64)}  sluice-cell.wasm.br\n`);
});
afterEach(() => rm(root, { recursive: true }));

const read = (): Promise<string> => readArtifact(artifact).then((bytes) => Buffer.from(bytes).toString());

describe("readArtifact", () => {
  test("unpacks, and keeps what it unpacked", async () => {
    expect(await read()).toBe("the module");
    expect(await readdir(artifact.cacheDirectory)).toEqual([CACHED]);
  });

  test("needs no cache", async () => {
    expect(await readArtifact({ directory: root })).toEqual(WASM);
  });

  test("takes it from the cache", async () => {
    await read();
    await rm(packed());
    expect(await read()).toBe("the module");
  });

  test("does not trust the cache", async () => {
    await read();
    await writeFile(join(artifact.cacheDirectory, CACHED), "the modulf");
    expect(await read()).toBe("the module");
    expect(await readFile(join(artifact.cacheDirectory, CACHED), "utf8")).toBe("the module");
  });

  test("a cache that cannot be written costs nothing but time", async () => {
    await writeFile(artifact.cacheDirectory, "a file");
    expect(await read()).toBe("the module");
  });
});

describe("an artifact that is not the committed one", () => {
  test.each<[string, () => Promise<void>]>([
    ["another module", () => writeFile(packed(), brotliCompressSync(Buffer.from("the modulf")))],
    ["no brotli", () => writeFile(packed(), "the module")],
    ["a cut file", async () => writeFile(packed(), brotliCompressSync(WASM).subarray(0, -1))],
    ["a bomb", () => writeFile(packed(), quickly(Buffer.alloc(97 * 1024 * 1024)))],
    ["no module", () => rm(packed())],
    ["no digests", () => rm(sums())],
    ["a digest of another file", () => writeFile(sums(), `${DIGEST}  sluice-cell.wasm.br\n`)],
    ["a digest cut short", () => writeFile(sums(), `${DIGEST.slice(1)}  sluice-cell.wasm\n`)],
  ])("%s", async (_, damage) => {
    await damage();
    await expect(read()).rejects.toMatchObject({ code: "CORRUPT" });
  });
});
