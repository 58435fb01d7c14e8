import type { KeyObject } from "node:crypto";
import { readdir, readFile, readlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { parse } from "yaml";
import { type LogFiles, verifyLog } from "../../src/audit/index.ts";
import { type KubernetesObject, manifestsOf } from "../../src/render/index.ts";
import type { LogPosition } from "../../src/verified.ts";
import { type ReadEntry, readEntries } from "./log-entries.ts";

/**
 * All that must hold of one gate at any moment, whatever failed and wherever a process ended: the log verifies;
 * every admission has its outcome, one, before anything else is decided, and only the last may be without; the
 * target is empty, or whole and what an admission in the log says. Gives the entries of the log.
 */
export async function expectSound(log: LogFiles, publicKey: KeyObject, out: string): Promise<ReadEntry[]> {
  const verdict = await verifyLog(log, { trust: { publicKey } });
  expect(verdict.refusals).toEqual([]);
  const entries = await readEntries(log);
  expectSettledInOrder(entries);
  const target = await readTarget(out);
  if (target !== undefined) {
    const { entry, revision, digest, claimed } = target;
    const { leafHash, entry: admission } = entries.find(({ index }) => index === entry.index) ?? {};
    expect(leafHash).toBe(entry.leafHash);
    expect(admission).toMatchObject({
      decision: { verdict: "admit", manifests: digest, source: { revision } },
    });
    expect(claimed).toBe(digest);
  }
  return entries;
}

function expectSettledInOrder(entries: readonly ReadEntry[]): void {
  let pending: number | undefined;
  for (const { index, entry } of entries) {
    if (entry.kind === "outcome") {
      expect(entry.outcome.decision.index).toBe(pending);
      pending = undefined;
    } else {
      expect(pending).toBeUndefined();
      if (entry.decision.verdict === "admit") pending = index;
    }
  }
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
