import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findOwners, readPackage, requireUnmodified } from "../../../scripts/image/debian.ts";

const PATH = process.env.PATH;
const OS_RELEASE = "/usr/lib/os-release";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-dpkg-"));
});

afterEach(async () => {
  process.env.PATH = PATH;
  await rm(folder, { recursive: true });
});

/** A dpkg that found these files changed: the machine's own cannot be spoilt for a test. */
async function findChanged(...paths: string[]): Promise<void> {
  const lines = paths.map((path) => `echo '??5??????   ${path}'`);
  await writeFile(join(folder, "dpkg"), ["#!/bin/sh", ...lines, "exit 1", ""].join("\n"));
  await chmod(join(folder, "dpkg"), 0o755);
  process.env.PATH = `${folder}:${PATH}`;
}

test("a file that is not what its package brought is not copied; one that nobody copies is no matter", async () => {
  await requireUnmodified(["base-files"], [OS_RELEASE]);
  await findChanged("/etc/issue");
  await requireUnmodified(["base-files"], [OS_RELEASE]);
  // By another name of the same file, as dpkg has those of before the merge of / and /usr.
  await findChanged("/etc/issue", "/etc/os-release");
  await expect(requireUnmodified(["base-files"], [OS_RELEASE])).rejects.toMatchObject({ code: "MODIFIED" });
});

test("a package that is not installed is told from one that is", async () => {
  expect((await readPackage("base-files")).status).toMatch(/^Package: base-files\n(.+\n)+$/);
  await expect(readPackage("no-such-package")).rejects.toMatchObject({ code: "PROGRAM_FAILED" });
  expect(await findOwners([OS_RELEASE])).toEqual(new Map([[OS_RELEASE, "base-files"]]));
  await expect(findOwners(["/nonexistent/file"])).rejects.toMatchObject({ code: "PROGRAM_FAILED" });
});

test("a machine without dpkg is told what it lacks", async () => {
  process.env.PATH = folder;
  await expect(readPackage("base-files")).rejects.toMatchObject({ code: "UNSUPPORTED" });
});
