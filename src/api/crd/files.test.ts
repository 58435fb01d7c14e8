import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { generatedFiles } from "./files.ts";

const ROOT = join(import.meta.dirname, "../../..");

describe("what is generated from the schemas", () => {
  it.each([...generatedFiles()])("%s is up to date (`npm run build:crds`)", async (path, text) => {
    expect(await readFile(join(ROOT, path), "utf8")).toBe(text);
  });

  it("is all that lies beside it", async () => {
    const folder = "manifests/crds";
    const there = (await readdir(join(ROOT, folder))).map((name) => `${folder}/${name}`);
    const generated = [...generatedFiles().keys()].filter((path) => path.startsWith(folder));
    expect(new Set(there)).toEqual(new Set(generated));
  });
});
