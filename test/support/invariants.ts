import type { KeyObject } from "node:crypto";
import { readdir, readFile, readlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { parse } from "yaml";
import { type DecisionRecord, type LogFiles, verifyLog } from "../../src/audit/index.ts";
import { type KubernetesObject, manifestsOf } from "../../src/render/index.ts";
import type { LogPosition } from "../../src/verified.ts";
import { type ReadEntry, readEntries } from "./log-entries.ts";

interface Admitted extends LogPosition {
  readonly decision: DecisionRecord;
  readonly change: string;
  readonly settled: boolean;
}

/**
 * All that must hold of one gate at any moment, whatever failed and wherever a process ended: the log verifies;
 * a change that was admitted is not admitted again before something came of it, and has one outcome; only the
 * last admission may have none; the target is empty, or whole and what an admission in the log says. Gives the
 * entries of the log.
 */
export async function expectSound(log: LogFiles, publicKey: KeyObject, out: string): Promise<ReadEntry[]> {
  const verdict = await verifyLog(log, { trust: { publicKey } });
  expect(verdict.refusals).toEqual([]);
  const entries = await readEntries(log);
  const admitted = await readAdmissions(log, entries);
  expect(admitted.slice(0, -1).filter(({ settled }) => !settled)).toEqual([]);
  const unsettled = admitted.filter(({ settled }) => !settled).map(({ change }) => change);
  expect(new Set(unsettled).size).toBe(unsettled.length);

  const target = await readTarget(out);
  if (target !== undefined) {
    const { entry, revision, digest, claimed } = target;
    const admission = admitted.find(({ index }) => index === entry.index);
    expect(admission?.leafHash).toBe(entry.leafHash);
    expect(admission?.decision).toMatchObject({ manifests: digest, source: { revision } });
    expect(claimed).toBe(digest);
  }
  return entries;
}

async function readAdmissions(log: LogFiles, entries: readonly ReadEntry[]): Promise<Admitted[]> {
  const settled = new Set(
    entries.map(({ entry }) => (entry.kind === "outcome" ? entry.outcome.decision.index : -1)),
  );
  const admitted: Admitted[] = [];
  for (const { index, leafHash, entry } of entries) {
    if (entry.kind === "outcome" || entry.decision.verdict === "deny") continue;
    const path = `evidence/${entry.decision.evidence.replace(":", "/")}`;
    const evidence = Buffer.from((await log.read(path, 1_000_000)) ?? "null").toString();
    const { change } = JSON.parse(evidence) as { change: string };
    admitted.push({ index, leafHash, decision: entry.decision, change, settled: settled.has(index) });
  }
  return admitted;
}

/** What a directory target holds, by its files and by its own account; undefined where nothing was ever applied. */
export async function readTarget(out: string) {
  const link = await readlink(out).catch(() => undefined);
  if (link === undefined) return undefined;
  const live = join(dirname(out), link);
  const provenance = JSON.parse(await readFile(join(live, "sluice.json"), "utf8")) as {
    entry: LogPosition;
    revision: string;
    manifests: string;
  };
  const files = (await readdir(live, { recursive: true })).filter((name) => name.endsWith(".yaml"));
  const objects = await Promise.all(
    files.map(async (name) => parse(await readFile(join(live, name), "utf8")) as KubernetesObject),
  );
  const { digest } = manifestsOf(objects);
  return {
    objects,
    digest,
    claimed: provenance.manifests,
    entry: provenance.entry,
    revision: provenance.revision,
  };
}
