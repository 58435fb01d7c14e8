import { ExitCode, type Io, printable } from "./io.ts";

/** How many records there were, and why those that were refused were. */
export interface Counts<Code extends string> {
  total: number;
  verified: number;
  refused: number;
  readonly byCode: Partial<Record<Code, number>>;
}

export function emptyCounts<Code extends string>(): Counts<Code> {
  return { total: 0, verified: 0, refused: 0, byCode: {} };
}

export function countCode<Code extends string>({ byCode }: Counts<Code>, code: Code): void {
  byCode[code] = (byCode[code] ?? 0) + 1;
}

export function countRecord<Code extends string>(
  counts: Counts<Code>,
  { verdict, code }: { readonly verdict: "verified" | "refused"; readonly code: Code | null },
): void {
  counts.total += 1;
  counts[verdict] += 1;
  if (code !== null) countCode(counts, code);
}

export function verdictOf({ byCode }: Counts<string>): "verified" | "refused" {
  return Object.keys(byCode).length === 0 ? "verified" : "refused";
}

export function exitCodeOf(counts: Counts<string>): ExitCode {
  return verdictOf(counts) === "verified" ? ExitCode.passed : ExitCode.refused;
}

/** What a row of the text output says about one signed object. */
export interface RecordRow {
  readonly oid: string;
  readonly code: string | null;
  readonly signer: string | null;
  readonly key: string | null;
  /** The object in a few words. */
  readonly summary: string;
  /** Why it is refused. */
  readonly message: string;
}

const CODE_WIDTH = 22;
const OID_WIDTH = 12;
const SIGNER_WIDTH = 32;

export function printRecord(io: Io, { oid, code, signer, key, summary, message }: RecordRow): void {
  const { bold, dim, green, red } = io.colors;
  const verdict = (code ?? "verified").padEnd(CODE_WIDTH);
  const who = toWidth(printable(signer ?? key ?? "-"), SIGNER_WIDTH);
  const row = `${dim(oid.slice(0, OID_WIDTH))}  ${who}  ${printable(summary)}`;
  io.line(`${code === null ? green(verdict) : red(bold(verdict))}  ${row.trimEnd()}`);
  if (code !== null) io.line(`  ${printable(message)}`);
}

/** Each code with how often it occurred and what to do about it. */
export function printCodes<Code extends string>(
  io: Io,
  { byCode }: Counts<Code>,
  remedies: Readonly<Record<Code, string>>,
): void {
  const { bold, cyan, red } = io.colors;
  for (const [code, count] of Object.entries(byCode) as [Code, number][]) {
    io.line(`${red(bold(code))} ${count}`);
    io.line(`  ${cyan("→")} ${remedies[code]}`);
  }
}

/** The last line; the noun in the singular. */
export function printTotals(io: Io, counts: Counts<string>, noun: string): void {
  const { bold, green, red } = io.colors;
  const { total, verified, refused } = counts;
  const verdict = verdictOf(counts);
  const word = verdict === "verified" ? green(bold(verdict)) : red(bold(verdict));
  io.line(`${word}: ${total} ${total === 1 ? noun : `${noun}s`}, ${verified} verified, ${refused} refused`);
}

export function printNotices(io: Io, notices: readonly string[]): void {
  for (const notice of notices) io.line(io.colors.yellow(`note: ${printable(notice)}`));
}

function toWidth(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
