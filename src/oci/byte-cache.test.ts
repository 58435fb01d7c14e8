import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../digest.ts";
import { directoryCache, memoryCache } from "./byte-cache.ts";

const bytes = Buffer.from("content");
const digest = sha256(bytes);
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "sluice-cache-"));
});
afterEach(() => rm(directory, { recursive: true }));

describe("a cache of bytes", () => {
  it("gives back what was put there, in folders that it makes", async () => {
    const cache = directoryCache(join(directory, "deep", "down"));
    await cache.write(digest, bytes);
    expect(await cache.read(digest)).toEqual(bytes);
    expect(await cache.read(sha256("other"))).toBeUndefined();
  });

  it("does not give what somebody changed", async () => {
    const cache = directoryCache(directory);
    await cache.write(digest, bytes);
    const [name = ""] = await readdir(directory);
    await writeFile(join(directory, name), "altered");
    expect(await cache.read(digest)).toBeUndefined();
  });

  it("in memory gives what was read or written before, and asks beneath for nothing else", async () => {
    const beneath = directoryCache(directory);
    const [first, second] = [memoryCache(beneath), memoryCache(beneath)];
    await first.write(digest, bytes);
    expect(await second.read(digest)).toEqual(bytes);
    const [name = ""] = await readdir(directory);
    await rm(join(directory, name));
    expect(await Promise.all([first.read(digest), second.read(digest)])).toEqual([bytes, bytes]);
    expect(await memoryCache(beneath).read(digest)).toBeUndefined();
    expect(await first.read(sha256("other"))).toBeUndefined();
  });

  it("does without where it cannot write, and leaves nothing half written", async () => {
    const file = join(directory, "file");
    await writeFile(file, "");
    const cache = directoryCache(join(file, "below"));
    await cache.write(digest, bytes);
    expect(await cache.read(digest)).toBeUndefined();
    expect(await readdir(directory)).toEqual(["file"]);
  });
});
