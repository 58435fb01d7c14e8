import { AuditError, orTampered } from "./error.ts";
import { consistencyPath, verifyConsistency } from "./merkle/index.ts";
import { readProof } from "./reader.ts";
import type { LogFiles, LogStore } from "./store/index.ts";
import type { Checkpoint } from "./tlog/checkpoint.ts";

/**
 * Where a writer keeps the last checkpoint it signed, apart from the log's own files. Every earlier state of
 * a log was signed as well, so a log that is put back to one, or removed, is only seen by who remembers more.
 * Used under the log's lock.
 */
export interface Anchor {
  /** What was last written, as {@link LogFiles.read} gives it; undefined where nothing ever was. Throws UNREADABLE. */
  read(limit: number): Promise<Uint8Array | undefined>;
  /** Replaces it: atomic, and durable when it resolves, as {@link LogStore.write}. Throws UNWRITABLE. */
  write(bytes: Uint8Array): Promise<void>;
}

/** An anchor in a file; the store must not be the log's. */
export function anchorAt(store: Pick<LogStore, "read" | "write">, path: string): Anchor {
  return { read: (limit) => store.read(path, limit), write: (bytes) => store.write(path, bytes) };
}

/** Throws ROLLED_BACK where the log, as far as it is signed for, ends before its anchor. */
export function expectNotShorter(found: Checkpoint | undefined, anchored: Checkpoint | undefined): void {
  if (anchored === undefined) return;
  if (found === undefined) throw rolledBack(`the log is gone, and had ${anchored.size} entries`);
  if (found.size >= anchored.size) return;
  throw rolledBack(`the log ends at ${found.size} entries, and had ${anchored.size}`);
}

/** Throws ROLLED_BACK where the log is another history than the anchor's, and TAMPERED where that cannot be told. */
export async function expectContinued(
  files: LogFiles,
  found: Checkpoint,
  anchored: Checkpoint | undefined,
): Promise<void> {
  if (anchored === undefined) return;
  const path = consistencyPath(anchored.size, found.size);
  const proof = orTampered(await readProof(files, path, found.size));
  if (verifyConsistency(anchored, found, proof)) return;
  throw rolledBack(`the first ${anchored.size} entries are not those that this log had`);
}

function rolledBack(message: string): AuditError {
  return new AuditError("ROLLED_BACK", message, {
    remedy:
      "put the newest copy of the log back; where there is none, move the log, its anchor and its key away together: a new key begins a new log",
  });
}
