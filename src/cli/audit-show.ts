import {
  type AuditEntry,
  AuditError,
  keyId,
  type LogFiles,
  type OpenedLog,
  readEntries,
  type VerifierKey,
  verifyEntry,
} from "../audit/index.ts";
import { ExitCode, type Io, printable } from "./io.ts";

const SHORT_OID = 10;

/** An entry as one line, or one object, tells it. */
interface Row {
  readonly index: number;
  readonly leafHash: string;
  readonly kind: AuditEntry["kind"];
  readonly time: string;
  readonly gate: string;
  readonly revision: string;
  /** What was decided (`admit`, `deny`), or what became of it (`applied`…). */
  readonly result: string;
  readonly reasons: readonly string[];
  /** Digests of the trust that was decided by before and of the one now, where that changed. */
  readonly trustChanged?: { readonly from: string; readonly to: string };
}

export interface ShownLog {
  readonly files: LogFiles;
  readonly opened: OpenedLog;
  /** About the key; they go with the answer. */
  readonly notices: readonly string[];
}

/** Lists the entries of a log, of one gate (`namespace/name`) or of all. */
export async function showEntries(
  io: Io,
  { files, opened: { checkpoint, key }, notices }: ShownLog,
  gate?: string,
): Promise<ExitCode> {
  const rows: Row[] = [];
  for await (const { index, leafHash, bytes } of readEntries(files, 0, checkpoint)) {
    const row = toRow(index, leafHash, verified(index, bytes, key));
    if (gate === undefined || row.gate === gate) rows.push(row);
  }
  if (io.format === "json")
    io.json({ origin: checkpoint.origin, size: checkpoint.size, entries: rows, notices });
  else printRows(io, rows);
  return ExitCode.passed;
}

/** Shows one entry whole: the statement as it was signed. Throws NOT_FOUND. */
export async function showEntry(
  io: Io,
  { files, opened: { checkpoint, key }, notices }: ShownLog,
  index: number,
): Promise<ExitCode> {
  for await (const { leafHash, bytes } of readEntries(files, index, checkpoint)) {
    const { kind, statement } = verified(index, bytes, key);
    if (io.format === "json")
      io.json({ index, leafHash, kind, keyId: keyId(key.publicKey), statement, notices });
    else {
      io.line(`entry ${index}, ${kind}`);
      io.line(`leaf hash ${leafHash}`);
      io.line(`signed by ${keyId(key.publicKey)}`);
      for (const line of JSON.stringify(statement, undefined, 2).split("\n")) io.line(printable(line));
    }
    return ExitCode.passed;
  }
  throw new AuditError("NOT_FOUND", `there is no entry ${index}: the log has ${checkpoint.size}`);
}

function verified(index: number, bytes: Uint8Array, key: VerifierKey): AuditEntry {
  const entry = verifyEntry(bytes, key);
  if (entry.ok) return entry.value;
  const [{ code, message }] = entry.refusals;
  throw new AuditError("TAMPERED", `entry ${index}, ${code}: ${message}`);
}

function toRow(index: number, leafHash: string, entry: AuditEntry): Row {
  const { gate, source } = entry.kind === "decision" ? entry.decision : entry.outcome;
  const common = {
    index,
    leafHash,
    kind: entry.kind,
    gate: `${gate.namespace}/${gate.name}`,
    revision: source.revision,
  };
  if (entry.kind === "outcome") {
    const { result, observedAt, message, decision } = entry.outcome;
    const reasons = [`entry ${decision.index}`, ...(message === "" ? [] : [message])];
    return { ...common, time: new Date(observedAt).toISOString(), result, reasons };
  }
  const { verdict, decidedAt, trust, reasons, reasonCount } = entry.decision;
  const more = reasonCount - reasons.length;
  return {
    ...common,
    time: new Date(decidedAt).toISOString(),
    result: verdict,
    reasons: [
      ...reasons.map(({ code, subject }) => `${code} ${subject}`),
      ...(more > 0 ? [`${more} more in the evidence`] : []),
    ],
    ...(trust.previous && { trustChanged: { from: trust.previous.digest, to: trust.digest } }),
  };
}

function printRows(io: Io, rows: readonly Row[]): void {
  const { dim, green, red } = io.colors;
  const color = (result: string) => (["deny", "failed"].includes(result) ? red : green);
  const widths = {
    index: Math.max(...rows.map(({ index }) => String(index).length), 1),
    gate: Math.max(...rows.map(({ gate }) => gate.length), 1),
    result: Math.max(...rows.map(({ result }) => result.length), 1),
  };
  for (const { index, time, gate, result, revision, reasons, trustChanged } of rows) {
    const [first = "", ...others] = reasons;
    const columns = [
      String(index).padStart(widths.index),
      dim(time),
      gate.padEnd(widths.gate),
      color(result)(result.padEnd(widths.result)),
      revision.slice(0, SHORT_OID),
      `${printable(first)}${others.length > 0 ? dim(` +${others.length}`) : ""}`,
    ];
    io.line(columns.join("  ").trimEnd());
    if (trustChanged !== undefined)
      io.line(
        dim(`${" ".repeat(widths.index)}  trust changed from ${trustChanged.from} to ${trustChanged.to}`),
      );
  }
}
