// Recording in the audit log and verifying it: `npx node test/bench/audit.ts`, or as a part of `npm run bench`.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { AuditLog, DirectoryStore, type LogStore, MemoryStore, verifyLog } from "../../src/audit/index.ts";
import { appendAdmission, appendDenial, fillLog, identity, openLog } from "../integration/audit/samples.ts";

export interface AuditRow {
  readonly operation: string;
  readonly median: number;
  readonly worst: number;
  readonly runs: number;
}

const APPENDS = 300;
const OPENINGS = 20;
const LOG_SIZE = 5_000;
const VERIFICATIONS = 3;

/** Milliseconds. A decision is two writes that must be durable: its evidence, and its entry. */
export async function benchAudit(): Promise<AuditRow[]> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-bench-audit-"));
  try {
    const onDisk = new DirectoryStore(join(folder, "log"));
    const large = new MemoryStore();
    return [
      await benchAppends("decision recorded, on disk", onDisk),
      await benchAppends("decision recorded, in memory", new MemoryStore()),
      await benchOpening(join(folder, "log")),
      await benchVerification(large),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function benchAppends(operation: string, store: LogStore): Promise<AuditRow> {
  await using log = await openLog(store);
  await appendAdmission(log, 0);
  return await measure(operation, APPENDS, (run) => appendDenial(log, run + 1));
}

async function benchOpening(folder: string): Promise<AuditRow> {
  return measure(`log of ${APPENDS + 1} entries opened`, OPENINGS, async () => {
    const log = await AuditLog.open({ store: new DirectoryStore(folder), ...identity });
    await log.close();
  });
}

async function benchVerification(store: MemoryStore): Promise<AuditRow> {
  await using log = await openLog(store);
  await fillLog(log, LOG_SIZE);
  const trust = { publicKey: identity.signer.publicKey };
  return await measure(`log of ${LOG_SIZE} entries verified`, VERIFICATIONS, async () => {
    const { refusalCount } = await verifyLog(store, { trust });
    if (refusalCount > 0) throw new Error("the log does not verify");
  });
}

async function measure(
  operation: string,
  runs: number,
  action: (run: number) => Promise<unknown>,
): Promise<AuditRow> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    await action(run);
    times.push(performance.now() - started);
  }
  const sorted = times.toSorted((left, right) => left - right);
  return { operation, median: sorted[Math.floor(runs / 2)] ?? 0, worst: sorted.at(-1) ?? 0, runs };
}

export function toTable(rows: readonly AuditRow[]): string {
  const line = (...[operation = "", ...numbers]: readonly string[]): string =>
    operation.padEnd(34) + numbers.map((number) => number.padStart(12)).join("");
  return [
    line("audit log", "median ms", "worst ms", "runs"),
    ...rows.map(({ operation, median, worst, runs }) =>
      line(operation, median.toFixed(2), worst.toFixed(2), String(runs)),
    ),
  ].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(toTable(await benchAudit()));
