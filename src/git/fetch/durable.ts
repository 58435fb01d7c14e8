import { randomUUID } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "../../sync-folder.ts";

/** Replaces a file's content in one step: a crash leaves the old or the new. Durable when it returns. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const next = `${path}.${randomUUID()}.new`; // also in one process, two may do this at once
  await writeFile(next, content, { flush: true });
  await moveInto(next, path);
}

/** Moves a file that is durable already; the new name is durable when it returns. */
export async function moveInto(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
}
