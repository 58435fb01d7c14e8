import { type CommitRecord, REMEDIES, type RefusalCode } from "../trust/index.ts";
import { type ExitCode, type Io, printable } from "./io.ts";
import {
  type Counts,
  countCode,
  countRecord,
  emptyCounts,
  exitCodeOf,
  printCodes,
  printNotices,
  printRecord,
  printTotals,
  verdictOf,
} from "./record-report.ts";

export interface ReportHeader {
  readonly ref: string;
  readonly head: string;
  /** What was passed over while reading the trusted keys. */
  readonly notices: readonly string[];
}

/** What is refused about the range as a whole. */
export interface RangeRefusal {
  readonly code: RefusalCode;
  readonly message: string;
}

/** Takes records as they come; tells all at the end, or on a terminal one row at a time. */
export interface CommitReport {
  /** Refuses the range, whatever its commits are. A range that is refused counts once. */
  refuse(refusal: RangeRefusal): void;
  add(record: CommitRecord): void;
  finish(): ExitCode;
}

export function createCommitReport(io: Io, header: ReportHeader): CommitReport {
  const counts = emptyCounts<RefusalCode>();
  const view = io.format === "json" ? jsonView(io, header) : textView(io, header);
  return {
    refuse(refusal) {
      countCode(counts, refusal.code);
      view.refuse(refusal);
    },
    add(record) {
      countRecord(counts, record);
      if (counts.total % 500 === 0) io.progress(`${counts.total} commits…`);
      view.add(record);
    },
    finish() {
      view.finish(counts);
      return exitCodeOf(counts);
    },
  };
}

interface View {
  refuse(refusal: RangeRefusal): void;
  add(record: CommitRecord): void;
  finish(counts: Counts<RefusalCode>): void;
}

function jsonView(io: Io, { ref, head, notices }: ReportHeader): View {
  const commits: object[] = [];
  const refusals: RangeRefusal[] = [];
  return {
    refuse(refusal) {
      refusals.push(refusal);
    },
    add({ oid, verdict, scheme, signer, key, code, approvals }) {
      const approved = approvals.length === 0 ? {} : { approvals };
      commits.push({ oid, verdict, scheme, signer, key, code, ...approved });
    },
    finish(counts) {
      io.json({ verdict: verdictOf(counts), ref, head, counts, refusals, commits, notices });
    },
  };
}

function textView(io: Io, { notices }: ReportHeader): View {
  const { bold, red } = io.colors;
  printNotices(io, notices);
  return {
    refuse({ code, message }) {
      io.line(red(bold(code)));
      io.line(`  ${printable(message)}`);
    },
    add(record) {
      printRecord(io, record);
      const approvals = record.approvals.filter(({ code }) => code === null);
      const by = approvals.map(({ signer, via }) => `${signer} (${via})`);
      if (by.length > 0) io.line(`  approved by ${printable(by.join(", "))}`);
    },
    finish(counts) {
      io.line();
      printCodes(io, counts, REMEDIES);
      if (counts.total === 0 && verdictOf(counts) === "verified")
        io.line("nothing to verify: no commit follows the start");
      printTotals(io, counts, "commit");
    },
  };
}
