import { GitError } from "../error.ts";
import type { Oid } from "../oid.ts";

export interface TreeEntry {
  /** Octal, as written. */
  readonly mode: string;
  /** The name's own bytes; not necessarily UTF-8. */
  readonly name: Buffer;
  readonly oid: Oid;
}

/** The modes that git writes today. */
export const Mode = {
  folder: "40000",
  file: "100644",
  executable: "100755",
  symlink: "120000",
  submodule: "160000",
} as const;

const OID_BYTES = 20;
const MODE = /^[1-7][0-7]{4,5}$/;
const SLASH = 0x2f;

/**
 * Reads a tree object: entries of `mode SP name NUL oid`, sorted by name, a folder as if its name ended
 * in `/`. Anything that two readers could take for two different trees is MALFORMED_TREE: another order,
 * a name that is there twice, a mode with a leading zero.
 */
export function parseTree(bytes: Uint8Array): TreeEntry[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: TreeEntry[] = [];
  const files = new Set<string>();
  let previous: TreeEntry | undefined;
  for (let start = 0; start < buffer.length; ) {
    const space = buffer.indexOf(0x20, start);
    const nul = space === -1 ? -1 : buffer.indexOf(0, space);
    const end = nul + 1 + OID_BYTES;
    if (nul === -1 || end > buffer.length) throw malformed("an entry is cut off");
    const mode = buffer.toString("latin1", start, space);
    const name = buffer.subarray(space + 1, nul);
    if (!MODE.test(mode)) throw malformed("a mode is not a number as git writes it");
    if (name.length === 0 || name.includes(SLASH)) throw malformed("a name is empty or holds a slash");

    const entry = { mode, name, oid: buffer.toString("hex", nul + 1, end) };
    if (previous !== undefined && !isBefore(previous, entry)) throw malformed("names are not in order");
    // A file and a folder of one name need not stand next to each other: `a`, `a.b`, `a/`.
    const isFolder = mode === Mode.folder;
    const text = name.toString("latin1");
    if (isFolder && files.has(text)) throw malformed("a name is there twice");
    if (!isFolder) files.add(text);

    previous = entry;
    entries.push(entry);
    start = end;
  }
  return entries;
}

/** By name, that of a folder with a slash at its end. */
function isBefore(one: TreeEntry, other: TreeEntry): boolean {
  const common = Math.min(one.name.length, other.name.length);
  const order = one.name.compare(other.name, 0, common, 0, common);
  return order === 0 ? octetAt(one, common) < octetAt(other, common) : order < 0;
}

/** Below every octet where the name has ended. */
function octetAt({ mode, name }: TreeEntry, index: number): number {
  return name[index] ?? (mode === Mode.folder ? SLASH : -1);
}

function malformed(found: string): GitError {
  return new GitError("MALFORMED_TREE", `a tree is not as git writes it: ${found}`, {
    remedy: "look at the repository with `git fsck`",
  });
}
