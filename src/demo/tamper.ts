import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const ENTRIES = "tile/entries";

/** Changes one bit in the middle of a log's entries, as somebody with access to the disk would. */
export async function flipOneBit(log: string): Promise<string> {
  const files = await readdir(join(log, ENTRIES), { recursive: true, withFileTypes: true });
  const last = files
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((left, right) => left.localeCompare(right, "en", { numeric: true }))
    .at(-1);
  if (last === undefined) throw new TypeError("the log has no entries");
  const bytes = await readFile(last);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  await writeFile(last, bytes);
  return last.slice(log.length + 1);
}

/** Puts an older checkpoint in place: the log as it was then, with its genuine signature. */
export async function rollBack(log: string, older: Uint8Array): Promise<void> {
  await writeFile(join(log, "checkpoint"), older);
}
