import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test as it } from "vitest";
import { type KubernetesObject, manifestsOf } from "../render/index.ts";
import type { Recorded } from "../verified.ts";
import { DirectoryTarget } from "./directory.ts";
import type { Admission } from "./target.ts";

function admission(index: number, ...objects: KubernetesObject[]): Recorded<Admission> {
  return {
    gate: { namespace: "payments", name: "payments" },
    revision: "a".repeat(40),
    manifests: manifestsOf(objects),
    entry: { index, leafHash: index.toString(16).padStart(64, "0") },
  } as Recorded<Admission>;
}

function configMap(name: string, value = "1"): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "payments" }, data: { value } };
}

let folder: string;
let out: string;
let target: DirectoryTarget;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-apply-"));
  out = join(folder, "out");
  target = new DirectoryTarget(out);
});
afterEach(() => rm(folder, { recursive: true }));

describe("the directory target", () => {
  it("writes one file an object, and says which entry put them there", async () => {
    await target.apply(
      admission(7, configMap("a"), { apiVersion: "v1", kind: "Namespace", metadata: { name: "x" } }),
    );
    expect((await readdir(out, { recursive: true })).sort()).toEqual([
      "_cluster",
      "_cluster/Namespace_x.yaml",
      "payments",
      "payments/ConfigMap_a.yaml",
      "sluice.json",
    ]);
    expect(await target.currentEntry()).toEqual(admission(7).entry);
  });

  it("what left the source is gone from the target", async () => {
    await target.apply(admission(1, configMap("a"), configMap("b")));
    await target.apply(admission(2, configMap("b")));
    expect(await readdir(join(out, "payments"))).toEqual(["ConfigMap_b.yaml"]);
  });

  it("holds what was applied, and nothing that differs by a byte", async () => {
    const applied = admission(1, configMap("a"));
    expect(await target.holds(applied)).toBe(false);
    await target.apply(applied);
    expect(await target.holds(applied)).toBe(true);
    expect(await target.holds(admission(1, configMap("a", "2")))).toBe(false);
    expect(await target.holds(admission(2, configMap("a")))).toBe(false);
    await writeFile(join(out, "payments/extra.yaml"), "");
    expect(await target.holds(applied)).toBe(false);
    await target.apply(applied);
    expect(await target.holds(applied)).toBe(true);
  });

  it("holds nothing when its generations were removed, and is mended by applying again", async () => {
    const applied = admission(1, configMap("a"));
    await target.apply(applied);
    await rm(join(folder, ".out.sluice"), { recursive: true });
    expect(await target.holds(applied)).toBe(false);
    expect(await target.currentEntry()).toBeUndefined();
    await target.apply(applied);
    expect(await target.holds(applied)).toBe(true);
  });

  it("takes an empty folder, and refuses one that somebody filled", async () => {
    await mkdir(out);
    await target.apply(admission(1, configMap("a")));
    expect((await lstat(out)).isSymbolicLink()).toBe(true);

    const occupied = join(folder, "occupied");
    await mkdir(occupied);
    await writeFile(join(occupied, "precious"), "mine");
    await expect(new DirectoryTarget(occupied).apply(admission(1))).rejects.toMatchObject({
      code: "TARGET_OCCUPIED",
    });
    expect(await readFile(join(occupied, "precious"), "utf8")).toBe("mine");
  });

  it("refuses a link that leads elsewhere", async () => {
    const elsewhere = join(folder, "elsewhere");
    await mkdir(elsewhere);
    await symlink(elsewhere, out);
    await expect(target.apply(admission(1, configMap("a")))).rejects.toMatchObject({
      code: "TARGET_OCCUPIED",
    });
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it("a generation that cannot be written leaves the one before it in place", async () => {
    const before = admission(1, configMap("a"));
    await target.apply(before);
    const tooLong = { ...configMap("b"), metadata: { name: "b", namespace: "n".repeat(300) } };
    await expect(target.apply(admission(2, tooLong))).rejects.toMatchObject({ code: "TARGET_UNWRITABLE" });
    expect(await target.holds(before)).toBe(true);
  });

  it("keeps Secrets from other users, and long names apart", async () => {
    const secret = { ...configMap("s"), kind: "Secret" };
    const long = "n".repeat(240);
    await target.apply(admission(1, secret, configMap(`${long}a`), configMap(`${long}b`)));
    expect((await stat(join(out, "payments/Secret_s.yaml"))).mode & 0o777).toBe(0o600);
    expect(await readdir(join(out, "payments"))).toHaveLength(3);
  });

  it("no name leaves the folder", async () => {
    await target.apply(
      admission(1, { ...configMap("../../x"), metadata: { name: "../../x", namespace: ".." } }),
    );
    expect(await readdir(join(out, "%2E%2E"))).toEqual(["ConfigMap_..%2F..%2Fx.yaml"]);
  });

  it("litter of a crash is cleared, and only the generation before stays", async () => {
    for (const index of [1, 2, 3]) await target.apply(admission(index, configMap(`v${index}`)));
    for (const name of ["link-stale", "0000000004-begun"]) await mkdir(join(folder, ".out.sluice", name));
    await target.apply(admission(4, configMap("v4")));
    const kept = (await readdir(join(folder, ".out.sluice"))).map((name) => name.slice(0, 10)).sort();
    expect(kept).toEqual(["0000000003", "0000000004"]);
  });
});
