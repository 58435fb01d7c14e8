import type { Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { systemErrorCode } from "../fault.ts";
import { isNonEmpty, type Judged, passed, type Refusal, refused } from "../refusal.ts";
import { RenderError } from "./error.ts";
import { compareText } from "./order.ts";

export type LocalCode = "SYMLINK" | "NOT_A_FILE" | "TOO_MANY_FILES" | "SOURCE_TOO_LARGE";

const MiB = 1024 * 1024;

/** As many and as much as the cell takes. */
const MAX_FILES = 10_000;
const MAX_BYTES = 64 * MiB;

/**
 * Reads a folder of this machine under the rules that hold for a commit's tree: regular files alone, paths
 * relative and `/` separated. `.git` is left out, and what `accepts` does not ask for. Throws RenderError.
 */
export async function readLocalFolder(
  root: string,
  accepts: (path: string) => boolean = () => true,
): Promise<Judged<ReadonlyMap<string, Uint8Array>, LocalCode>> {
  const files = new Map<string, Uint8Array>();
  const refusals: Refusal<LocalCode>[] = [];
  let bytesLeft = MAX_BYTES;
  for await (const [path, entry] of walk(root, "")) {
    if (!accepts(path)) continue;
    if (!entry.isFile()) {
      refusals.push(kindRefusal(path, entry));
      continue;
    }
    if (files.size >= MAX_FILES) return refused(countRefusal(root));
    bytesLeft -= await sizeOf(join(root, path));
    if (bytesLeft < 0) return refused(sizeRefusal(root));
    files.set(path, await attempt(root, () => readFile(join(root, path))));
  }
  return isNonEmpty(refusals) ? { ok: false, refusals } : passed(files);
}

async function* walk(root: string, folder: string): AsyncGenerator<[string, Dirent]> {
  const entries = await attempt(root, () => readdir(join(root, folder), { withFileTypes: true }));
  for (const entry of entries.sort((left, right) => compareText(left.name, right.name))) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (!entry.isDirectory()) yield [path, entry];
    else if (entry.name !== ".git") yield* walk(root, path);
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await attempt(path, () => stat(path))).size;
}

async function attempt<T>(subject: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new RenderError("FOLDER_NOT_FOUND", `${subject} is not a folder`, { cause });
    }
    throw new RenderError("FOLDER_UNREADABLE", `${subject} cannot be read: ${code ?? "unknown"}`, { cause });
  }
}

function kindRefusal(path: string, entry: Dirent): Refusal<LocalCode> {
  return entry.isSymbolicLink()
    ? { code: "SYMLINK", subject: path, message: "a symbolic link", remedy: "put the file itself there" }
    : { code: "NOT_A_FILE", subject: path, message: "neither a file nor a folder", remedy: "remove it" };
}

function countRefusal(root: string): Refusal<LocalCode> {
  const message = `more than ${MAX_FILES} files`;
  return { code: "TOO_MANY_FILES", subject: root, message, remedy: "name a folder further down" };
}

function sizeRefusal(root: string): Refusal<LocalCode> {
  const message = `more than ${MAX_BYTES} bytes`;
  return { code: "SOURCE_TOO_LARGE", subject: root, message, remedy: "name a folder further down" };
}
