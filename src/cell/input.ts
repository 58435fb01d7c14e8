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
    if (content.byteLength > MAX_FILE_BYTES) {
      problems.push(refuse("TOO_LARGE", `${content.byteLength} bytes; at most ${MAX_FILE_BYTES}`, path));
    }
    total += content.byteLength;
  }
  if (total > MAX_INPUT_BYTES)
    problems.push(refuse("TOO_LARGE", `${total} bytes; at most ${MAX_INPUT_BYTES}`));
  return problems;
}

/** Judges a folder's name: the root is `.`, a leading `./` is understood. */
export function parseDirectory(dir: string): string | undefined {
  const plain = dir.replace(/^\.\//, "").replace(/\/$/, "");
  return plain === "" || plain === "." ? "." : isTreePath(plain) ? plain : undefined;
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
