import type { KeyObject } from "node:crypto";
import type { Refusal } from "../../refusal.ts";
import { AuditError } from "../error.ts";
import { equalHashes } from "../merkle/index.ts";
import { CHECKPOINT_FILE } from "../recovery.ts";
import type { LogFiles } from "../store/index.ts";
import { claimedOrigin, type SignedCheckpoint, verifyCheckpoint } from "../tlog/checkpoint.ts";
import { MAX_NOTE_BYTES } from "../tlog/note.ts";
import { type VerifierKey, verifierKey } from "../tlog/verifier-key.ts";
import { EntryCheck, type EntryCounts } from "./entries.ts";
import { type LogProblem, Report } from "./report.ts";
import { walkTree } from "./tree.ts";

/** Who may have signed the log. Without an origin, it may be a log of any name. */
export interface LogTrust {
  readonly publicKey: KeyObject;
  readonly origin?: string | undefined;
}

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
  const bytes = await files.read(CHECKPOINT_FILE, MAX_NOTE_BYTES);
  if (bytes === undefined) {
    throw new AuditError("NOT_A_LOG", "there is no checkpoint", {
      remedy: "name the folder of an audit log",
    });
  }
  const key = keyFor(trust, bytes, report);
  const checkpoint = key && readCheckpoint(bytes, key, CHECKPOINT_FILE, report);
  if (key === undefined || checkpoint === undefined) return verdict(report, undefined, NO_ENTRIES);
  const earlier = older && readCheckpoint(older, key, "older checkpoint", report);
  const entries = new EntryCheck(files, key, report);
  const then = await walkTree(files, checkpoint, earlier?.size ?? 0, report, (entry) => entries.check(entry));
  if (earlier !== undefined) {
    if (earlier.size > checkpoint.size) {
      const sizes = `${earlier.size} entries were signed for, and there are ${checkpoint.size}`;
      report.add("ROLLED_BACK", "older checkpoint", sizes);
    } else if (then !== undefined && !equalHashes(then.root, earlier.root)) {
      report.add(
        "FORKED",
        "older checkpoint",
        `the first ${earlier.size} entries are not those it was signed for`,
      );
    }
  }
  return verdict(report, checkpoint, entries.counts);
}

const NO_ENTRIES: EntryCounts = { decisions: 0, outcomes: 0, withoutOutcome: 0, evidence: 0 };

function verdict(report: Report, checkpoint: SignedCheckpoint | undefined, counts: EntryCounts): LogVerdict {
  return { checkpoint, ...counts, refusals: report.refusals, refusalCount: report.count };
}

function keyFor(trust: LogTrust, checkpoint: Uint8Array, report: Report): VerifierKey | undefined {
  const origin = trust.origin ?? claimedOrigin(checkpoint);
  if (origin !== undefined) return verifierKey(origin, trust.publicKey);
  report.add("MALFORMED_CHECKPOINT", CHECKPOINT_FILE, "it is not a signed checkpoint");
  return undefined;
}

const CHECKPOINT_MESSAGES = {
  MALFORMED_CHECKPOINT: "it is not a signed checkpoint",
  WRONG_ORIGIN: "it is the checkpoint of another log",
  UNVERIFIED_CHECKPOINT: "the key did not sign it as it is",
} as const;

function readCheckpoint(
  bytes: Uint8Array,
  key: VerifierKey,
  subject: string,
  report: Report,
): SignedCheckpoint | undefined {
  const checkpoint = verifyCheckpoint(bytes, key);
  if (typeof checkpoint === "object") return checkpoint;
  report.add(checkpoint, subject, CHECKPOINT_MESSAGES[checkpoint]);
  return undefined;
}
