import type { Refusal } from "../../refusal.ts";
import { equalHashes, type TreeHead } from "../merkle/index.ts";
import type { LogFiles } from "../store/index.ts";
import type { Checkpoint, SignedCheckpoint } from "../tlog/checkpoint.ts";
import { judgeCheckpoint, type LogTrust, openCheckpoint } from "../trust.ts";
import { EntryCheck, type EntryCounts } from "./entries.ts";
import { type LogProblem, Report } from "./report.ts";
import { walkTree } from "./tree.ts";

export interface LogVerdict extends EntryCounts {
  /** Undefined where not even that could be verified; then nothing else was looked at. */
  readonly checkpoint: SignedCheckpoint | undefined;
  /** The first of them; see `refusalCount`. */
  readonly refusals: readonly Refusal<LogProblem>[];
  /** 0: the log is what its key signed, from the first entry to the last. */
  readonly refusalCount: number;
}

export interface VerifyOptions {
  readonly trust: LogTrust;
  /** A checkpoint of this log that was kept from earlier: shows what was taken back since. */
  readonly older?: Uint8Array | undefined;
}

/**
 * Checks all of a log: the signature of the checkpoint, every tile against the entries, every entry's
 * signature and statement, the evidence, and that outcomes follow decisions. Throws NOT_A_LOG where there is
 * none; what is wrong with a log that is there is in the verdict.
 */
export async function verifyLog(files: LogFiles, { trust, older }: VerifyOptions): Promise<LogVerdict> {
  const report = new Report();
  const opened = await openCheckpoint(files, trust);
  if (!opened.ok) {
    report.addAll(opened.refusals);
    return verdict(report, undefined, NO_ENTRIES);
  }
  const { checkpoint, key } = opened.value;
  const earlier = older && judgeCheckpoint(older, key, OLDER);
  if (earlier?.ok === false) report.addAll(earlier.refusals);
  const kept = earlier?.ok === true ? earlier.value : undefined;
  const entries = new EntryCheck(files, key, report);
  const then = await walkTree(files, checkpoint, kept?.size ?? 0, report, (entry) => entries.check(entry));
  if (kept !== undefined) checkContinuation(kept, checkpoint.size, then, report);
  return verdict(report, checkpoint, entries.counts);
}

const OLDER = "older checkpoint";
const NO_ENTRIES: EntryCounts = { decisions: 0, outcomes: 0, withoutOutcome: 0, evidence: 0 };

/** `then`: the tree as it was at the size of the older checkpoint; undefined where it cannot be computed. */
function checkContinuation(
  older: Checkpoint,
  size: number,
  then: TreeHead | undefined,
  report: Report,
): void {
  if (older.size > size) {
    report.add("ROLLED_BACK", OLDER, `${older.size} entries were signed for, and there are ${size}`);
  } else if (then !== undefined && !equalHashes(then.root, older.root)) {
    report.add("FORKED", OLDER, `the first ${older.size} entries are not those it was signed for`);
  }
}

function verdict(report: Report, checkpoint: SignedCheckpoint | undefined, counts: EntryCounts): LogVerdict {
  return { checkpoint, ...counts, refusals: report.refusals, refusalCount: report.count };
}
