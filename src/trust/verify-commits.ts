import type { RawCommit } from "../git/index.ts";
import { type CommitRecord, judgeCommit } from "./judge-commit.ts";
import type { Trust } from "./trust.ts";

/** Enough to keep the thread pool busy that OpenPGP signatures are checked on. */
const JUDGED_AT_ONCE = 16;

/** Judges commits as they come, one record each, in their order; holds no more than a few at a time. */
export async function* verifyCommits(
  commits: Iterable<RawCommit> | AsyncIterable<RawCommit>,
  trust: Trust,
  now: number,
): AsyncGenerator<CommitRecord, void, undefined> {
  const judging: Promise<CommitRecord>[] = [];
  for await (const commit of commits) {
    const record = judgeCommit(commit, trust, now);
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
