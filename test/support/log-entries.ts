import { type AuditEntry, type LogFiles, parseEntry } from "../../src/audit/index.ts";
import { hashLeaf, TILE_WIDTH, tileOf, toHex } from "../../src/audit/merkle/index.ts";
import { readBundle } from "../../src/audit/reader.ts";

export interface ReadEntry {
  readonly index: number;
  readonly leafHash: string;
  readonly entry: AuditEntry;
}

/** Everything in a log, up to its checkpoint; takes no lock and changes nothing, so that a log can be looked at as a crash left it. */
export async function readEntries(files: LogFiles): Promise<ReadEntry[]> {
  const checkpoint = Buffer.from((await files.read("checkpoint", 4096)) ?? "\n0").toString();
  const size = Number(checkpoint.split("\n")[1]);
  const entries: ReadEntry[] = [];
  for (let bundle = 0; bundle * TILE_WIDTH < size; bundle++) {
    const read = await readBundle(files, bundle, tileOf(0, bundle, size).width);
    if (!read.ok) throw new TypeError(read.refusals[0].message);
    for (const bytes of read.value) {
      const entry = parseEntry(bytes);
      if (!entry.ok) throw new TypeError(entry.refusals[0].message);
      entries.push({ index: entries.length, leafHash: toHex(hashLeaf(bytes)), entry: entry.value });
    }
  }
  return entries;
}

/** What happened, in short: `admit <message>`, `deny <message>`, and `applied 0` for what became of entry 0. */
export function tellStory(entries: readonly ReadEntry[], messages: ReadonlyMap<string, string>): string[] {
  return entries.map(({ entry }) =>
    entry.kind === "decision"
      ? `${entry.decision.verdict} ${messages.get(entry.decision.source.revision)}`
      : `${entry.outcome.result} ${entry.outcome.decision.index}`,
  );
}
