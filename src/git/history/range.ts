import { GitError } from "../error.ts";
import type { GitLimits } from "../limits.ts";
import type { Oid } from "../oid.ts";
import { describeCollision, type Repository, throwMissing } from "../repository/repository.ts";
import { ChangedPaths } from "../tree/changed-paths.ts";
import { pathCost } from "../tree/path-set.ts";
import { Turns } from "../turns.ts";
import { readCommitLinks } from "./commit-links.ts";
import { planRange } from "./plan-range.ts";

export interface RawCommit {
  readonly oid: Oid;
  /** The commit object's content as it is stored; its hash was compared with `oid`. */
  readonly bytes: Uint8Array;
  /** Filled when asked for; sorted. For a merge: what it does not have from its sides. */
  readonly changedPaths?: readonly string[];
  /** Says which object was crafted to have the name of another: the commit, or what its changed paths rest on. */
  readonly collision?: string;
}

export interface CommitRange {
  readonly head: Oid;
  readonly base: Oid | undefined;
  /** True without a base: there is nothing to descend from. False where the base is not in the repository. */
  readonly descendsFromBase: boolean;
  /**
   * Reachable from head, not from base: children before parents, newest first. Everything reachable from
   * head where the repository does not have the base.
   */
  readonly commits: readonly RawCommit[];
}

export interface RangeOptions {
  readonly withChangedPaths?: boolean;
  readonly signal?: AbortSignal;
}

/** A range whose commits are read one at a time: one commit's bytes are held at once. */
export interface StreamedRange {
  /** As of {@link CommitRange}. */
  readonly descendsFromBase: boolean;
  readonly commits: AsyncGenerator<RawCommit, void, undefined>;
}

/**
 * Plans the range of `head` and `base` (all of history where the base is undefined), to be read as a stream.
 * Throws SHALLOW_HISTORY where history is not whole, OBJECT_MISSING where head or base are not there.
 */
export async function openRange(
  repository: Repository,
  head: Oid,
  base: Oid | undefined,
  options: RangeOptions = {},
): Promise<StreamedRange> {
  const turns = new Turns(options.signal);
  const { descendsFromBase, order } = await planRange(repository, head, base, turns);
  return {
    descendsFromBase,
    commits: readCommits(repository, order, options.withChangedPaths === true, turns),
  };
}

/** The commits of {@link openRange}, for whoever does not ask how head and base are related. */
export async function* streamRange(
  repository: Repository,
  head: Oid,
  base: Oid | undefined,
  options: RangeOptions = {},
): AsyncGenerator<RawCommit, void, undefined> {
  yield* (await openRange(repository, head, base, options)).commits;
}

/** The range as one value; HISTORY_TOO_LONG past the limits of commits and of bytes. */
export async function readRange(
  repository: Repository,
  head: Oid,
  base: Oid | undefined,
  options: RangeOptions = {},
): Promise<CommitRange> {
  const turns = new Turns(options.signal);
  const known = base !== undefined && repository.find(base, "commit") !== undefined;
  const plan = await planRange(repository, head, known ? base : undefined, turns);
  const { rangeCommits } = repository.limits;
  if (plan.order.length > rangeCommits) {
    throw tooLong(`${plan.order.length} commits are to be verified at once; the limit is ${rangeCommits}`);
  }
  return {
    head,
    base,
    descendsFromBase: base === undefined || (known && plan.descendsFromBase),
    commits: await collect(
      readCommits(repository, plan.order, options.withChangedPaths === true, turns),
      repository.limits,
    ),
  };
}

async function collect(
  commits: AsyncIterable<RawCommit>,
  { rangeBytes, rangePathBytes }: GitLimits,
): Promise<RawCommit[]> {
  const collected: RawCommit[] = [];
  let bytes = 0;
  let pathBytes = 0;
  for await (const commit of commits) {
    bytes += commit.bytes.length;
    if (bytes > rangeBytes) throw tooLong(`the commits have more than ${rangeBytes} bytes`);
    for (const path of commit.changedPaths ?? []) pathBytes += pathCost(path);
    if (pathBytes > rangePathBytes)
      throw tooLong(`the paths that they change take more than ${rangePathBytes} bytes`);
    collected.push(commit);
  }
  return collected;
}

function tooLong(found: string): GitError {
  return new GitError("HISTORY_TOO_LONG", found, {
    remedy: "let trust begin at a later commit: `history.start`",
  });
}

async function* readCommits(
  repository: Repository,
  order: readonly Oid[],
  withChangedPaths: boolean,
  turns: Turns,
): AsyncGenerator<RawCommit, void, undefined> {
  const changed = new ChangedPaths(repository, turns);
  for (const oid of order) {
    const commit = readCommit(repository, oid);
    await turns.spend(commit.bytes.length);
    if (withChangedPaths && commit.collision === undefined)
      yield { ...commit, ...(await readChanged(changed, commit.bytes)) };
    else yield commit;
  }
}

/** One commit, without what it changes. Throws OBJECT_MISSING, WRONG_TYPE. */
export function readCommit(repository: Repository, oid: Oid): RawCommit {
  const { bytes, collision } = repository.inspect(oid, "commit") ?? throwMissing(oid);
  return collision ? { oid, bytes, collision: describeCollision(oid) } : { oid, bytes };
}

async function readChanged(
  changed: ChangedPaths,
  commit: Uint8Array,
): Promise<Pick<RawCommit, "changedPaths" | "collision">> {
  try {
    return { changedPaths: await changed.ofCommit(readCommitLinks(commit)) };
  } catch (error) {
    if (!(error instanceof GitError) || error.code !== "SHA1_COLLISION") throw error;
    return { collision: error.message };
  }
}
