import { type NamedTagRecord, TAG_REMEDIES, type TagCode } from "../trust/index.ts";
import type { ExitCode, Io } from "./io.ts";
import {
  countRecord,
  emptyCounts,
  exitCodeOf,
  printCodes,
  printNotices,
  printRecord,
  printTotals,
  verdictOf,
} from "./record-report.ts";

/** Tells what was decided about tags, and what was passed over while reading the trusted keys. */
export function reportTags(io: Io, records: readonly NamedTagRecord[], notices: readonly string[]): ExitCode {
  const counts = emptyCounts<TagCode>();
  for (const record of records) countRecord(counts, record);
  if (io.format === "json") {
    const tags = records.map(({ ref, oid, target, verdict, scheme, signer, key, code }) => ({
      ref,
      oid,
      target,
      verdict,
      scheme,
      signer,
      key,
      code,
    }));
    io.json({ verdict: verdictOf(counts), counts, tags, notices });
    return exitCodeOf(counts);
  }
  printNotices(io, notices);
  for (const record of records) printRecord(io, { ...record, summary: `${record.ref}  ${record.summary}` });
  io.line();
  printCodes(io, counts, TAG_REMEDIES);
  if (records.length === 0) io.line("nothing to verify: the repository has no tags");
  printTotals(io, counts, "tag");
  return exitCodeOf(counts);
}
