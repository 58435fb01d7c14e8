import { cp, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { type Entry, file } from "./entry.ts";
import { run } from "./program.ts";

/** Where Sluice lies in the image. */
const HOME = "app";

/** What of a checkout is needed to run it. The lock file is not: its presence would have npm asked for. */
const SOURCES = [
  "LICENSE",
  "package.json",
  "bin",
  "scripts/bootstrap.mjs",
  "scripts/child.mjs",
  "src",
  "cell/SHA256",
  "cell/sluice-cell.wasm.br",
  "cell/sluice-sha1.wasm.br",
  "policies",
] as const;

const isTest = (path: string): boolean => path.endsWith(".test.ts");

/** What ssh2 would build in C++ if install scripts ran; it does without. */
const isUnbuilt = (path: string): boolean => /^node_modules\/(buildcheck|cpu-features|nan)\//.test(path);

/** Maps, types, and sources that Node would not run in there; and npm's note of where it got the packages. */
const isUnused = (path: string): boolean =>
  /\.[cm]?ts$|\.map$/.test(path) || path === "node_modules/.package-lock.json" || isUnbuilt(path);

export interface Modules {
  /** The pinned Node. */
  readonly node: Buffer;
  /** Its licence, and those of what is linked into it. */
  readonly nodeLicense: Buffer;
  readonly entries: readonly Entry[];
}

/** The packages that package-lock.json pins for production, each checked against its digest there by npm. */
export async function installModules(root: string, nodePackage: string): Promise<Modules> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-image-"));
  try {
    for (const name of ["package.json", "package-lock.json"]) await cp(join(root, name), join(folder, name));
    await run(
      "npm",
      ["ci", "--omit=dev", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"],
      {
        cwd: folder,
      },
    );
    const nodeHome = join(folder, "node_modules", nodePackage);
    const node = await readFile(join(nodeHome, "bin/node"));
    const nodeLicense = await readFile(join(nodeHome, "LICENSE"));
    await rm(nodeHome, { recursive: true });
    const entries = await readTree(folder, "node_modules");
    return { node, nodeLicense, entries: entries.filter(({ path }) => !isUnused(path)).map(inHome) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Our own code and what it reads, without the tests. */
export async function readSources(root: string): Promise<Entry[]> {
  const trees = await Promise.all(SOURCES.map((path) => readTree(root, path)));
  return trees
    .flat()
    .filter(({ path }) => !isTest(path))
    .map(inHome);
}

function inHome(entry: Entry): Entry {
  return { ...entry, path: `${HOME}/${entry.path}` };
}

/** The files at a path or below it. Links are left out: npm's are for a shell's PATH, and we have none. */
async function readTree(root: string, path: string): Promise<Entry[]> {
  const absolute = join(root, path);
  if ((await stat(absolute)).isFile()) return [await readEntry(root, absolute)];
  const found = await readdir(absolute, { recursive: true, withFileTypes: true });
  const files = found.filter((each) => each.isFile());
  return Promise.all(files.map((each) => readEntry(root, join(each.parentPath, each.name))));
}

/** Of the mode only whether it is executable: the rest is the builder's umask. */
async function readEntry(root: string, absolute: string): Promise<Entry> {
  const { mode } = await stat(absolute);
  const path = relative(root, absolute);
  return file(path, await readFile(absolute), (mode & 0o111) === 0 ? 0o644 : 0o755);
}
