import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openBooks } from "../../../src/cli/books.ts";
import { runCli } from "../../support/cli.ts";
import { INSTALL } from "./overlay.ts";

const COPIER = join(INSTALL, "components/audit-key/copy-key.mjs");
const FILES = ["audit.key", "audit.pub", "audit.vkey"];

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-audit-key-"));
  for (const name of ["secret", "other", "state"]) await mkdir(join(folder, name));
  for (const name of ["secret", "other"]) {
    await runCli(["keygen", "audit", "--out", join(folder, name, "audit"), "--name", `bank.example/${name}`]);
    // As kubelet mounts it for a pod with an fsGroup.
    for (const file of FILES) await chmod(join(folder, name, file), 0o440);
  }
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** The init container's command, with the Secret of that name. */
function copy(secret: string): Promise<unknown> {
  return new Promise((resolve) => {
    const args = [COPIER, join(folder, secret), join(folder, "state")];
    execFile(process.execPath, args, (error) => resolve(error?.code ?? 0));
  });
}

const key = (name: string) => readFile(join(folder, name, "audit.key"), "utf8");

test("the Secret's key becomes the log's, for its owner alone, and starting again changes nothing", async () => {
  for (const _start of [1, 2]) expect(await copy("secret")).toBe(0);
  expect(await key("state")).toBe(await key("secret"));
  expect((await stat(join(folder, "state/audit.key"))).mode & 0o777).toBe(0o600);
  expect(new Set(await readdir(join(folder, "state")))).toEqual(new Set(FILES));
  await using books = await openBooks(join(folder, "state"));
  expect(books.log.origin).toBe("bank.example/secret");
});

test("a key that is there is not replaced by another", async () => {
  await copy("secret");
  expect(await copy("other")).toBe(2);
  expect(await key("state")).toBe(await key("secret"));
});

test("two pods that start at once agree; a Secret without a key stops both", async () => {
  expect(await Promise.all([copy("secret"), copy("secret")])).toEqual([0, 0]);
  expect(await key("state")).toBe(await key("secret"));
  await writeFile(join(folder, "other/audit.vkey"), "");
  await rm(join(folder, "secret/audit.key"));
  expect(await copy("secret")).toBe(2);
});
