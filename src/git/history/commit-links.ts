import { MAX_HEADER_BYTES, MAX_PARENTS } from "../commit-headers.ts";
import type { Oid } from "../oid.ts";

/** What a walk needs of a commit. */
export interface CommitLinks {
  /** Undefined where the commit does not begin with one: it leads nowhere, and no strict reading takes it. */
  readonly tree: Oid | undefined;
  readonly parents: readonly Oid[];
  /** Seconds since the epoch, as the committer states it. Only an order in which to look; nothing rests on it. */
  readonly committedAt: number;
}

const TREE = /^tree ([0-9a-f]{40})$/;
const PARENT = /^parent ([0-9a-f]{40})$/;
const COMMITTER = /^committer .*> ([0-9]{1,12}) [+-][0-9]{4}$/;

/**
 * Reads the lines that lead from a commit to other objects, as git reads them: `tree` first, `parent`s
 * right after it, nothing else counts.
 *
 * It is more lenient than `parseCommit` on purpose: a walk has to reach the ancestors of a commit whose
 * author line is malformed. No commit passes on this reading: each one in a range is parsed strictly by
 * `trust`, and where the strict reading accepts a commit, both see the same links.
 */
export function readCommitLinks(bytes: Uint8Array): CommitLinks {
  const lines = headerLines(bytes);
  const tree = TREE.exec(lines[0] ?? "")?.[1];
  if (tree === undefined) return { tree, parents: [], committedAt: 0 };
  const parents: Oid[] = [];
  // One more than a commit may have is enough to refuse it.
  for (let index = 1; index <= MAX_PARENTS + 1; index += 1) {
    const parent = PARENT.exec(lines[index] ?? "")?.[1];
    if (parent === undefined) break;
    parents.push(parent);
  }
  // `author` stands between the parents and the committer.
  const seconds = COMMITTER.exec(lines[parents.length + 2] ?? "")?.[1] ?? "0";
  return { tree, parents, committedAt: Number(seconds) };
}

/** What stands past the limit is not read here, and refused by the strict reading. */
function headerLines(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAX_HEADER_BYTES));
  const end = buffer.indexOf("\n\n");
  return buffer.toString("latin1", 0, end === -1 ? buffer.length : end).split("\n");
}
