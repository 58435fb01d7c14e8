import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readLocalFolder } from "./local-folder.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "sluice-folder-"));
  await mkdir(join(root, "base/.git"), { recursive: true });
  await writeFile(join(root, "base/a.yaml"), "a");
  await writeFile(join(root, "base/.env"), "e");
  await writeFile(join(root, "base/.git/config"), "c");
});
afterEach(() => rm(root, { recursive: true }));

describe("readLocalFolder", () => {
  it("reads files by their relative paths, hidden ones too, without .git", async () => {
    const read = await readLocalFolder(root);
    expect(read.ok && [...read.value].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])).toEqual([
      ["base/.env", "e"],
      ["base/a.yaml", "a"],
    ]);
  });

  it("refuses symbolic links to files and folders", async () => {
    await symlink("/etc/passwd", join(root, "base/b.yaml"));
    await symlink("/etc", join(root, "etc"));
    const read = await readLocalFolder(root);
    expect(read).toMatchObject({
      refusals: [
        { code: "SYMLINK", subject: "base/b.yaml" },
        { code: "SYMLINK", subject: "etc" },
      ],
    });
    expect((await readLocalFolder(root, (path) => path.endsWith("a.yaml"))).ok).toBe(true);
  });

  it("refuses what is no file", async () => {
    execFileSync("mkfifo", [join(root, "pipe")]);
    expect(await readLocalFolder(root)).toMatchObject({
      refusals: [{ code: "NOT_A_FILE", subject: "pipe" }],
    });
  });

  it("refuses more than 64 MiB, without reading it", async () => {
    execFileSync("truncate", ["--size=64M", join(root, "large")]);
    expect(await readLocalFolder(root)).toMatchObject({ refusals: [{ code: "SOURCE_TOO_LARGE" }] });
  });

  it("faults where there is no folder", async () => {
    await expect(readLocalFolder(join(root, "none"))).rejects.toMatchObject({ code: "FOLDER_NOT_FOUND" });
    await expect(readLocalFolder(join(root, "base/a.yaml"))).rejects.toMatchObject({
      code: "FOLDER_NOT_FOUND",
    });
  });
});
