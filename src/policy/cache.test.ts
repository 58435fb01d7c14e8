import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../digest.ts";
import { CompileCache, type CompiledRego } from "./cache.ts";

const SECRET = Buffer.from("a secret");
const key = sha256("key");
const compiled: CompiledRego = {
  wasm: Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0a, 1),
  data: "{}",
  entrypoints: ["sluice/object/a/deny"],
  metadata: { "sluice/object/a/deny": { title: "T", controls: ["A-1"] } },
};

let folder: string;
let cache: CompileCache;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-cache-"));
  cache = new CompileCache({ directory: folder, key: SECRET });
});
afterEach(() => rm(folder, { recursive: true }));

/** The one file of the cache. */
async function entry(): Promise<string> {
  const [name = ""] = await readdir(folder);
  return join(folder, name);
}

describe("CompileCache", () => {
  it("gives back what was put in, under its key alone", async () => {
    await cache.write(key, compiled);
    expect(await cache.read(key)).toEqual(compiled);
    expect(await cache.read(sha256("other"))).toBeUndefined();
    expect(await new CompileCache(undefined).read(key)).toBeUndefined();
  });

  it("takes what is damaged for absent: every byte of it counts", async () => {
    await cache.write(key, compiled);
    const whole = await readFile(await entry());
    for (let at = 0; at < whole.length; at += 1) {
      const damaged = Uint8Array.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x01;
      await writeFile(await entry(), damaged);
      expect(await cache.read(key)).toBeUndefined();
    }
    await writeFile(await entry(), whole.subarray(0, -1));
    expect(await cache.read(key)).toBeUndefined();
    await writeFile(await entry(), "");
    expect(await cache.read(key)).toBeUndefined();
  });

  it("takes for absent what another key made, and what was made for another digest", async () => {
    await new CompileCache({ directory: folder, key: Buffer.from("another") }).write(key, compiled);
    expect(await cache.read(key)).toBeUndefined();
    await cache.write(key, compiled);
    expect(await cache.read(key)).toEqual(compiled);
    const other = sha256("other");
    await writeFile(join(folder, `${other.slice("sha256:".length)}.policy`), await readFile(await entry()));
    expect(await cache.read(other)).toBeUndefined();
  });

  it("does without a folder that cannot be written", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await chmod(file, 0o400);
    const useless = new CompileCache({ directory: join(file, "below"), key: SECRET });
    await useless.write(key, compiled);
    expect(await useless.read(key)).toBeUndefined();
  });
});
