import type { Files } from "./frame.ts";
import { MAX_FILE_BYTES, MAX_FILES, MAX_INPUT_BYTES, MAX_PATH_BYTES } from "./limits.ts";
import { type CellProblem, refuse } from "./problems.ts";

/** Judges the size and the names of what would be sent, before any of it is looked into. */
export function checkFiles(files: Files): CellProblem[] {
  if (files.size > MAX_FILES) return [refuse("TOO_LARGE", `${files.size} files; at most ${MAX_FILES}`)];
  const problems: CellProblem[] = [];
  let total = 0;
  for (const [path, content] of files) {
    if (!isTreePath(path))
      problems.push(refuse("BAD_PATH", `${JSON.stringify(path)} is no path inside a tree`));
    if (hasFileAbove(files, path))
      problems.push(refuse("BAD_PATH", "a file and a folder have this name", path));
    if (content.byteLength > MAX_FILE_BYTES) {
      problems.push(refuse("TOO_LARGE", `${content.byteLength} bytes; at most ${MAX_FILE_BYTES}`, path));
    }
    total += content.byteLength;
  }
  if (total > MAX_INPUT_BYTES)
    problems.push(refuse("TOO_LARGE", `${total} bytes; at most ${MAX_INPUT_BYTES}`));
  return problems;
}

/** The one spelling of a folder's name (the root is `.`), or undefined for what is not inside the tree. */
export function parseDirectory(dir: string): string | undefined {
  if (["", ".", "./"].includes(dir)) return ".";
  const plain = dir.replace(/^\.\//, "").replace(/\/$/, "");
  return isTreePath(plain) ? plain : undefined;
}

/** Relative, slash-separated, no empty, `.` or `..` segment: one spelling for one file. */
function isTreePath(path: string): boolean {
  return (
    path !== "" &&
    !path.includes("\0") &&
    !path.includes("\\") &&
    Buffer.byteLength(path) <= MAX_PATH_BYTES &&
    path.split("/").every((segment) => segment !== "" && segment !== "." && segment !== "..")
  );
}

function hasFileAbove(files: Files, path: string): boolean {
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    if (files.has(path.slice(0, slash))) return true;
  }
  return false;
}
