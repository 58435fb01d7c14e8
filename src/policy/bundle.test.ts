import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BundleSource, bundleDigest, readPolicyDirectory } from "./bundle.ts";

function source(files: Record<string, string>, parameters: BundleSource["parameters"] = {}): BundleSource {
  const entries = Object.entries(files).map(([path, text]): [string, Uint8Array] => [
    path,
    Buffer.from(text),
  ]);
  return { name: "own", files: new Map(entries), parameters };
}

describe("bundleDigest", () => {
  const digest = bundleDigest(source({ "a.rego": "a", "data.json": "{}" }, { limit: 5 }));

  it("depends on neither the order of files, nor the bundle's name, nor its tests", () => {
    expect(bundleDigest(source({ "data.json": "{}", "a.rego": "a" }, { limit: 5 }))).toBe(digest);
    expect(
      bundleDigest({ ...source({ "a.rego": "a", "data.json": "{}" }, { limit: 5 }), name: "other" }),
    ).toBe(digest);
    expect(bundleDigest(source({ "a.rego": "a", "data.json": "{}", "a_test.rego": "t" }, { limit: 5 }))).toBe(
      digest,
    );
  });

  it.each([
    source({ "a.rego": "A", "data.json": "{}" }, { limit: 5 }),
    source({ "b.rego": "a", "data.json": "{}" }, { limit: 5 }),
    source({ "a.rego": "a", "data.json": "{ }" }, { limit: 5 }),
    source({ "a.rego": "a" }, { limit: 5 }),
    source({ "a.rego": "a", "data.json": "{}" }, { limit: 6 }),
    source({ "a.rego": "a", "data.json": "{}" }),
  ])("changes with any file and parameter (%#)", (other) => {
    expect(bundleDigest(other)).not.toBe(digest);
  });
});

describe("readPolicyDirectory", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "sluice-bundle-"));
    for (const name of ["a.rego", "a_test.rego", "data.yaml", "README.md", "other.json"]) {
      await writeFile(join(folder, name), "");
    }
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("reads Rego and data, and nothing else", async () => {
    const read = await readPolicyDirectory(folder);
    expect(read.ok && [...read.value.keys()]).toEqual(["a.rego", "a_test.rego", "data.yaml"]);
  });

  it("refuses a folder outside of the one that it must lie within, however it is reached", async () => {
    const within = join(folder, "packs");
    await mkdir(join(within, "own/..odd"), { recursive: true });
    await symlink("own", join(within, "alias"));
    await symlink(folder, join(within, "out"));
    for (const inside of ["own", "alias", "own/..odd"])
      expect((await readPolicyDirectory(join(within, inside), { within })).ok).toBe(true);
    for (const outside of ["out", "out/packs/.."])
      expect(await readPolicyDirectory(join(within, outside), { within })).toMatchObject({
        refusals: [{ code: "SYMLINK" }],
      });
    await expect(readPolicyDirectory(join(within, "none"), { within })).rejects.toMatchObject({
      code: "FOLDER_NOT_FOUND",
    });
  });

  it("refuses a symbolic link to a policy, and faults where there is no folder", async () => {
    await symlink("/etc/hostname", join(folder, "b.rego"));
    expect(await readPolicyDirectory(folder)).toMatchObject({
      refusals: [{ code: "SYMLINK", subject: "b.rego" }],
    });
    await expect(readPolicyDirectory(join(folder, "none"))).rejects.toMatchObject({
      code: "FOLDER_NOT_FOUND",
    });
  });
});
