import type { Oid, RawApproval, Snapshot } from "../git/index.ts";
import type { Refusal } from "../refusal.ts";
import type { Verified } from "../verified.ts";
import { TrustError } from "./error.ts";
import { assessCommit, type CommitRecord } from "./judge-commit.ts";
import { judgeSnapshotTag } from "./judge-snapshot-tag.ts";
import type { NamedTagRecord, TagCode } from "./judge-tag.ts";
import { REMEDIES, type RefusalCode } from "./remedies.ts";
import type { Trust } from "./trust.ts";
import { type FindApprovals, verifyCommits } from "./verify-commits.ts";

export type SnapshotCode = RefusalCode | TagCode;

export interface SnapshotVerdict {
  /** One for each commit of the range, in its order. */
  readonly records: readonly CommitRecord[];
  /** Of the tag that the snapshot was fetched by; absent where it was not by one. */
  readonly tag?: NamedTagRecord;
  readonly refusals: readonly Refusal<SnapshotCode>[];
  /** Set where nothing was refused, and there alone. */
  readonly verified: Verified<Snapshot> | undefined;
}

/** Judges all that a snapshot brings: each commit of its range, and how the range continues history. */
export async function verifySnapshot(
  snapshot: Snapshot,
  trust: Trust,
  now: number,
): Promise<SnapshotVerdict> {
  checkRange(snapshot);
  const tag = await judgeSnapshotTag(snapshot, trust, now);
  const records = await Array.fromAsync(
    verifyCommits(snapshot.range.commits, trust, now, finderOf(snapshot)),
  );
  const refusals = [
    ...(tag?.refusals ?? []),
    ...judgeHistory(snapshot, trust, records),
    ...records.flatMap(toRefusals),
  ];
  // The only place that vouches for a snapshot.
  const verified = refusals.length === 0 ? (snapshot as Verified<Snapshot>) : undefined;
  return { records, ...(tag && { tag: tag.record }), refusals, verified };
}

function finderOf({ approvals }: Snapshot): FindApprovals {
  const byCommit: ReadonlyMap<Oid, readonly RawApproval[]> = Map.groupBy(approvals, ({ commit }) => commit);
  return (commit) => byCommit.get(commit) ?? [];
}

/**
 * A range without its head would verify nothing about what is rendered. It is rightly absent only where it was
 * let in before: the head is the base, or (a rewound branch, which brings nothing) an ancestor of it.
 */
function checkRange({
  head,
  ref,
  tag,
  range: { head: end, base, commits, descendsFromBase },
}: Snapshot): void {
  if (ref.startsWith("refs/tags/") && tag === undefined && head !== base)
    throw new TrustError("INCOMPLETE_RANGE", `${ref} was read without the tag that is to be judged`);
  const rewound = base !== undefined && !descendsFromBase && commits.length === 0;
  const whole = head === base || rewound || commits.some(({ oid }) => oid === head);
  if (end !== head || !whole) {
    throw new TrustError("INCOMPLETE_RANGE", `the commit range does not contain its head ${head}`);
  }
}

/**
 * How the range goes on from what was let in last. A rewound head is refused whatever the policy says: its range
 * is empty, so nothing of this snapshot would be judged by the trust of today.
 */
function judgeHistory(
  { head, range, ref, changedPaths }: Snapshot,
  trust: Trust,
  records: readonly CommitRecord[],
): Refusal<SnapshotCode>[] {
  const { base, commits, descendsFromBase } = range;
  if (base === undefined || descendsFromBase) return [];
  if (commits.length === 0) {
    return [
      rewritten(ref, `${head} was let in before ${base}: this range verifies nobody's signature of it`),
    ];
  }
  if (trust.fastForwardOnly)
    return [rewritten(ref, `${head} does not descend from ${base}, which was let in last`)];
  return judgeReplacement(head, changedPaths, trust, records);
}

/**
 * A rewritten branch undoes commits without a commit that says so: forked from an old ancestor, it takes paths
 * back which no commit of the range changes. Whoever signed the head, and whoever approved it, answers for all that
 * differs from the base.
 */
function judgeReplacement(
  head: string,
  changedPaths: readonly string[],
  trust: Trust,
  records: readonly CommitRecord[],
): Refusal<SnapshotCode>[] {
  const record = records.find(({ oid }) => oid === head);
  if (record?.verdict !== "verified") return [];
  const [problem] = assessCommit(record, { changedPaths }, trust)?.problems ?? [];
  if (problem === undefined) return [];
  const message = `${problem.message}; the rewritten branch differs there from what was let in last`;
  return [{ code: problem.code, subject: `commit ${head}`, message, remedy: REMEDIES[problem.code] }];
}

function rewritten(subject: string, message: string): Refusal<SnapshotCode> {
  return { code: "HISTORY_REWRITTEN", subject, message, remedy: REMEDIES.HISTORY_REWRITTEN };
}

function toRefusals({ oid, code, message }: CommitRecord): Refusal<SnapshotCode>[] {
  return code === null ? [] : [{ code, subject: `commit ${oid}`, message, remedy: REMEDIES[code] }];
}
