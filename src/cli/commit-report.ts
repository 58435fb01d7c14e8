import { type CommitRecord, REMEDIES, type RefusalCode } from "../trust/index.ts";
import { ExitCode, type Io, printable } from "./io.ts";

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
  /** Refuses the range, whatever its commits are. */
  refuse(refusal: RangeRefusal): void;
  add(record: CommitRecord): void;
  finish(): ExitCode;
}

interface Counts {
  total: number;
  verified: number;
  refused: number;
  /** Of commits and of the range: a range that is refused counts once. */
  readonly byCode: Partial<Record<RefusalCode, number>>;
}

export function createCommitReport(io: Io, header: ReportHeader): CommitReport {
  const counts: Counts = { total: 0, verified: 0, refused: 0, byCode: {} };
  const view = io.format === "json" ? jsonView(io, header) : textView(io, header);
  const count = (code: RefusalCode): void => {
    counts.byCode[code] = (counts.byCode[code] ?? 0) + 1;
  };
  return {
    refuse(refusal) {
      count(refusal.code);
      view.refuse(refusal);
    },
    add(record) {
      counts.total += 1;
      counts[record.verdict] += 1;
      if (record.code !== null) count(record.code);
      if (counts.total % 500 === 0) io.progress(`${counts.total} commits…`);
      view.add(record);
    },
    finish() {
      view.finish(counts);
      return verdictOf(counts) === "verified" ? ExitCode.passed : ExitCode.refused;
    },
  };
}

interface View {
  refuse(refusal: RangeRefusal): void;
  add(record: CommitRecord): void;
  finish(counts: Counts): void;
}

function jsonView(io: Io, { ref, head, notices }: ReportHeader): View {
  const commits: object[] = [];
  const refusals: RangeRefusal[] = [];
  return {
    refuse(refusal) {
      refusals.push(refusal);
    },
    add({ oid, verdict, scheme, signer, key, code }) {
      commits.push({ oid, verdict, scheme, signer, key, code });
    },
    finish(counts) {
      io.json({ verdict: verdictOf(counts), ref, head, counts, refusals, commits, notices });
    },
  };
}

const CODE_WIDTH = 22;
const OID_WIDTH = 12;
const SIGNER_WIDTH = 32;

function textView(io: Io, { notices }: ReportHeader): View {
  const { bold, cyan, dim, green, red, yellow } = io.colors;
  for (const notice of notices) io.line(yellow(`note: ${printable(notice)}`));
  return {
    refuse({ code, message }) {
      io.line(red(bold(code)));
      io.line(`  ${printable(message)}`);
    },
    add({ oid, code, signer, key, summary, message }) {
      const verdict = (code ?? "verified").padEnd(CODE_WIDTH);
      const who = toWidth(printable(signer ?? key ?? "-"), SIGNER_WIDTH);
      const row = `${dim(oid.slice(0, OID_WIDTH))}  ${who}  ${summary}`;
      io.line(`${code === null ? green(verdict) : red(bold(verdict))}  ${row.trimEnd()}`);
      if (code !== null) io.line(`  ${printable(message)}`);
    },
    finish(counts) {
      const { total, verified, refused, byCode } = counts;
      io.line();
      const codes = Object.entries(byCode) as [RefusalCode, number][];
      for (const [code, count] of codes) {
        io.line(`${red(bold(code))} ${count}`);
        io.line(`  ${cyan("→")} ${REMEDIES[code]}`);
      }
      const verdict = verdictOf(counts);
      if (total === 0 && verdict === "verified") io.line("nothing to verify: no commit follows the start");
      const word = verdict === "verified" ? green(bold(verdict)) : red(bold(verdict));
      io.line(
        `${word}: ${total} ${total === 1 ? "commit" : "commits"}, ${verified} verified, ${refused} refused`,
      );
    },
  };
}

function verdictOf({ byCode }: Counts): "verified" | "refused" {
  return Object.keys(byCode).length === 0 ? "verified" : "refused";
}

function toWidth(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
