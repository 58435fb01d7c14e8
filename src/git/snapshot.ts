import { type Judged, passed, refused } from "../refusal.ts";
import type { RawApproval } from "./approvals.ts";
import { GitError } from "./error.ts";
import { readCommitLinks } from "./history/commit-links.ts";
import { type CommitRange, type RangeOptions, readRange } from "./history/range.ts";
import type { Oid } from "./oid.ts";
import { type GitRefusalCode, toRefusal } from "./refusal.ts";
import type { Repository } from "./repository/repository.ts";
import { type RawTag, readTagAt } from "./tag-refs.ts";
import { changedPaths } from "./tree/changed-paths.ts";
import { readTree } from "./tree/read-tree.ts";

/**
 * A commit of a repository with all that judging it takes. Every object in it was hashed and compared with
 * its name; nobody has looked at a signature yet.
 */
export interface Snapshot {
  /** Without credentials. */
  readonly url: string;
  /** `refs/heads/<branch>`, `refs/tags/<tag>`, or the commit's id where it was asked for by that. */
  readonly ref: string;
  readonly head: Oid;
  /** What the ref holds, where it is a tag; undefined for others. */
  readonly tag: RawTag | undefined;
  readonly range: CommitRange;
  /** Base tree against head tree; every path where there is no base. */
  readonly changedPaths: readonly string[];
  /** Every regular file of the head's tree, by its path from the top, `/` separated. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The commits that the tree's submodules are pinned to, by their paths. What is in them is not in `files`. */
  readonly pins: ReadonlyMap<string, Oid>;
  /** What says of commits in the range that somebody approved them; empty where nobody asked. */
  readonly approvals: readonly RawApproval[];
  /** What says that the gate was taken back, where the range does not descend from its base; empty elsewhere. */
  readonly resets: readonly RawTag[];
}

export interface SnapshotSource {
  readonly url: string;
  readonly ref: string;
  readonly head: Oid;
  readonly base: Oid | undefined;
  /** What the ref holds, where it is a tag that is to be judged. */
  readonly tag?: Oid | undefined;
  /** Paths that may hold a submodule. */
  readonly submodules?: readonly string[] | undefined;
  /** What will be rendered: under it, a symbolic link is refused even if it stays in the tree. */
  readonly path: string;
}

export interface SnapshotOptions extends RangeOptions {
  /** Reads what may approve the commits of the range. */
  readonly readApprovals?: (commits: ReadonlySet<Oid>) => Promise<readonly RawApproval[]>;
  /** Reads the tags that may take a gate back; asked where history was rewritten. */
  readonly readResets?: () => Promise<readonly RawTag[]>;
}

/** Reads the range and the tree of a commit that is here. Throws what {@link readRange} throws. */
export async function readSnapshot(
  repository: Repository,
  source: SnapshotSource,
  options: SnapshotOptions,
): Promise<Judged<Snapshot, GitRefusalCode>> {
  const content = await readContent(repository, source, options);
  if (!content.ok) return content;
  const { range } = content.value;
  const commits = new Set(range.commits.map(({ oid }) => oid));
  const approvals = (await options.readApprovals?.(commits)) ?? [];
  const tag = source.tag === undefined ? undefined : readTagAt(repository, source.ref, source.tag);
  const resets = range.descendsFromBase ? [] : ((await options.readResets?.()) ?? []);
  return passed({ ...content.value, tag, approvals, resets });
}

/** What the commit itself brings. */
async function readContent(
  repository: Repository,
  { url, ref, head, base, path, submodules }: SnapshotSource,
  options: RangeOptions,
): Promise<Judged<Omit<Snapshot, "tag" | "approvals" | "resets">, GitRefusalCode>> {
  try {
    const { tree } = readCommitLinks(repository.read(head, "commit"));
    if (tree === undefined) {
      return refused(toRefusal("MALFORMED_COMMIT", head, "the commit does not begin with a tree"));
    }
    const content = await readTree(repository, tree, { path, submodules, signal: options.signal });
    if (!content.ok) return content;
    const range = await readRange(repository, head, base, options);
    const known = base !== undefined && repository.find(base, "commit") !== undefined ? base : undefined;
    const changed = await changedPaths(repository, known, head, options.signal);
    return passed({ url, ref, head, range, changedPaths: changed, ...content.value });
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    switch (error.code) {
      case "MALFORMED_COMMIT":
      case "MALFORMED_TREE":
      case "TREE_TOO_LARGE":
      case "WRONG_TYPE":
      case "SHA1_COLLISION":
        return refused(toRefusal(error.code, head, error.message));
      default:
        throw error;
    }
  }
}
