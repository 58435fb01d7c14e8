import type { Snapshot } from "../git/index.ts";
import type { Refusal } from "../refusal.ts";
import type { Verified } from "../verified.ts";
import { TrustError } from "./error.ts";
import type { CommitCode, CommitRecord } from "./judge-commit.ts";
import { REMEDIES } from "./remedies.ts";
import type { Trust } from "./trust.ts";
import { verifyCommits } from "./verify-commits.ts";

export type SnapshotCode = CommitCode | "HISTORY_REWRITTEN";

export interface SnapshotVerdict {
  /** One for each commit of the range, in its order. */
  readonly records: readonly CommitRecord[];
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
  const records = await Array.fromAsync(verifyCommits(snapshot.range.commits, trust, now));
  const refusals = [...judgeHistory(snapshot, trust), ...records.flatMap(toRefusals)];
  // The only place that vouches for a snapshot.
  const verified = refusals.length === 0 ? (snapshot as Verified<Snapshot>) : undefined;
  return { records, refusals, verified };
}

/**
 * A range without its head would verify nothing about what is rendered. It is rightly absent only where it was
 * let in before: the head is the base, or (a rewound branch, which brings nothing) an ancestor of it.
 */
function checkRange({ head, range: { head: end, base, commits, descendsFromBase } }: Snapshot): void {
  const rewound = base !== undefined && !descendsFromBase && commits.length === 0;
  const whole = head === base || rewound || commits.some(({ oid }) => oid === head);
  if (end !== head || !whole) {
    throw new TrustError("INCOMPLETE_RANGE", `the commit range does not contain its head ${head}`);
  }
}

function judgeHistory({ head, range, ref }: Snapshot, { fastForwardOnly }: Trust): Refusal<SnapshotCode>[] {
  if (!fastForwardOnly || range.base === undefined || range.descendsFromBase) return [];
  return [
    {
      code: "HISTORY_REWRITTEN",
      subject: ref,
      message: `${head} does not descend from ${range.base}, which was let in last`,
      remedy: "revert with a new commit instead of rewinding or rebasing the branch",
    },
  ];
}

function toRefusals({ oid, code, message }: CommitRecord): Refusal<SnapshotCode>[] {
  return code === null ? [] : [{ code, subject: `commit ${oid}`, message, remedy: REMEDIES[code] }];
}
