import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { systemErrorCode } from "../../fault.ts";
import { GitError } from "../error.ts";

/** The largest of these files is `packed-refs`: room for some 200,000 refs. */
const MAX_METADATA_BYTES = 16 * 1024 * 1024;
/** As many steps as git follows. */
const MAX_ALTERNATE_DEPTH = 5;

/** Where the parts of a repository are. They differ only for a linked worktree. */
export interface RepositoryPaths {
  /** HEAD of this worktree. */
  readonly gitDir: string;
  /** Refs, config, objects. */
  readonly commonDir: string;
  /** The repository's own `objects/`, then the alternates it borrows from. */
  readonly objectDirs: readonly string[];
}

/**
 * Finds the repository at exactly `path`: bare, the top of a working tree, or a linked worktree whose
 * `.git` is a file. Parents are not searched: what is verified is what was named.
 */
export function locateRepository(path: string): RepositoryPaths {
  const gitDir = [join(path, ".git"), path].map(followGitFile).find(isGitDir);
  if (gitDir === undefined) {
    throw new GitError("NOT_A_REPOSITORY", `${path} is not a git repository`, {
      remedy: "name the repository's top folder, or the folder of a bare repository",
    });
  }
  const common = readMetadata(join(gitDir, "commondir"))?.trim();
  const commonDir = common === undefined ? gitDir : resolve(gitDir, common);
  return { gitDir, commonDir, objectDirs: withAlternates(join(commonDir, "objects")) };
}

/** The text of a small file; undefined where it does not exist. */
export function readMetadata(path: string): string | undefined {
  try {
    if (statSync(path).size > MAX_METADATA_BYTES) {
      throw new GitError("UNSUPPORTED_REPOSITORY", `${path} has more than ${MAX_METADATA_BYTES} bytes`);
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(systemErrorCode(error) ?? "")) return undefined;
    throw error;
  }
}

/** A `.git` that is a file holds `gitdir: <path>`, relative to itself. */
function followGitFile(path: string): string {
  const target = /^gitdir: (.+?)\r?\n?$/.exec(readMetadata(path) ?? "")?.[1];
  return target === undefined ? path : resolve(dirname(path), target);
}

function isGitDir(path: string): boolean {
  if (readMetadata(join(path, "HEAD")) === undefined) return false;
  return isDirectory(join(path, "objects")) || readMetadata(join(path, "commondir")) !== undefined;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * Alternates are followed: they say where else objects may be, and each object is hashed wherever it came
 * from. A relative path is relative to the `objects/` that names it.
 */
function withAlternates(first: string): string[] {
  const found = new Set([first]);
  let level = [first];
  for (let depth = 0; depth < MAX_ALTERNATE_DEPTH && level.length > 0; depth += 1) {
    level = level.flatMap(readAlternates).filter((path) => isDirectory(path) && !found.has(path));
    for (const path of level) found.add(path);
  }
  return [...found];
}

function readAlternates(objects: string): string[] {
  const lines = readMetadata(join(objects, "info", "alternates"))?.split("\n") ?? [];
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => (isAbsolute(line) ? line : resolve(objects, line)));
}
