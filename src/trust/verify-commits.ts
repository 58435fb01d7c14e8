import type { Oid, RawApproval, RawCommit } from "../git/index.ts";
import { ApprovalTrail } from "./approval-trail.ts";
import { type JudgedApproval, judgeApproval, judgeMergedApproval } from "./judge-approval.ts";
import {
  type CommitRecord,
  type CommitSignature,
  judgeCommitSignature,
  judgeSignedCommit,
  type ParsedCommit,
  readCommit,
} from "./judge-commit.ts";
import { countsApprovals, type Trust } from "./trust.ts";

/** Enough to keep the thread pool busy that OpenPGP signatures are checked on. */
const JUDGED_AT_ONCE = 16;

/** The tags and notes of a commit. */
export type FindApprovals = (commit: Oid) => readonly RawApproval[];

/**
 * Judges commits as they come, one record each, in their order; holds no more than a few at a time. They must be whole
 * ranges: the head first, children before parents.
 */
export async function* verifyCommits(
  commits: Iterable<RawCommit> | AsyncIterable<RawCommit>,
  trust: Trust,
  now: number,
  findApprovals: FindApprovals = () => [],
): AsyncGenerator<CommitRecord, void, undefined> {
  const range = new RangeJudge(trust, now, findApprovals);
  const judging: Promise<CommitRecord>[] = [];
  for await (const commit of commits) {
    const record = range.judge(commit);
    // Its failure is seen when its turn comes; until then it must not count as unhandled.
    record.catch(() => undefined);
    judging.push(record);
    if (judging.length >= JUDGED_AT_ONCE) {
      const oldest = judging.shift();
      if (oldest !== undefined) yield await oldest;
    }
  }
  for (const record of judging) yield await record;
}

class RangeJudge {
  readonly #trust: Trust;
  readonly #now: number;
  readonly #findApprovals: FindApprovals;
  readonly #trail = new ApprovalTrail<() => Promise<JudgedApproval>>();
  readonly #countsApprovals: boolean;

  constructor(trust: Trust, now: number, findApprovals: FindApprovals) {
    this.#trust = trust;
    this.#now = now;
    this.#findApprovals = findApprovals;
    this.#countsApprovals = countsApprovals(trust);
  }

  /** What the trail remembers of a commit is noted before the first wait: commits come in their order. */
  async judge(raw: RawCommit): Promise<CommitRecord> {
    const parsed = readCommit(raw);
    const signing = judgeCommitSignature(parsed, this.#trust, this.#now);
    const approving = this.#judgeApprovals(raw, parsed, signing);
    const [signature, approvals] = await Promise.all([signing, approving]);
    return judgeSignedCommit(raw, parsed, signature, approvals, this.#trust);
  }

  async #judgeApprovals(
    raw: RawCommit,
    parsed: ParsedCommit,
    signing: Promise<CommitSignature>,
  ): Promise<readonly JudgedApproval[]> {
    if (!this.#countsApprovals || !parsed.ok) return [];
    const toMerge = async (): Promise<JudgedApproval> => {
      return { via: "merge", oid: raw.oid, ref: null, ...(await signing) };
    };
    const { merge, tags } = this.#trail.visit(raw, parsed.value, toMerge);
    return await Promise.all([
      ...(merge === undefined ? [] : [merge()]),
      ...tags.map((tag) => judgeMergedApproval(tag, this.#trust, this.#now)),
      ...this.#findApprovals(raw.oid).map((approval) => judgeApproval(approval, this.#trust, this.#now)),
    ]);
  }
}
