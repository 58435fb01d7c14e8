import { beforeAll, describe, expect, it } from "vitest";
import {
  admission,
  appendAdmission,
  appendDenial,
  appendOutcome,
  fillLog,
  identity,
  ORIGIN,
  openLog,
  outcomeOf,
  testSigner,
} from "../../../test/integration/audit/samples.ts";
import {
  type AuditLog,
  MemoryStore,
  type OutcomeStatementInput,
  sealDecision,
  sealOutcome,
} from "../index.ts";
import { rootOf, type TreeHead } from "../merkle/index.ts";
import { EMPTY_TAIL, growTail } from "../tail.ts";
import { signCheckpoint } from "../tlog/checkpoint.ts";
import { Report } from "./report.ts";
import { walkTree } from "./tree.ts";
import { verifyLog } from "./verify.ts";

const trust = { publicKey: identity.signer.publicKey, origin: ORIGIN };

async function codesOf(store: MemoryStore): Promise<string[]> {
  return (await verifyLog(store, { trust })).refusals.map(({ code, subject }) => `${code} ${subject}`);
}

describe("a log that is what its key signed", () => {
  it("passes, and is counted", async () => {
    const store = new MemoryStore();
    const log = await openLog(store);
    await fillLog(log, 259);
    expect(await verifyLog(store, { trust })).toMatchObject({
      refusalCount: 0,
      refusals: [],
      checkpoint: { origin: ORIGIN, size: 259 },
      decisions: 173,
      outcomes: 86,
      withoutOutcome: 1,
      evidence: 173,
    });
  });

  it("passes under its own name where none is asked for", async () => {
    const store = new MemoryStore();
    await openLog(store);
    expect(await verifyLog(store, { trust: { publicKey: trust.publicKey } })).toMatchObject({
      refusalCount: 0,
    });
  });

  it("is verified while it grows: full tiles stand in for partial ones", async () => {
    const store = new MemoryStore();
    const log = await openLog(store);
    await fillLog(log, 200);
    const { bytes } = log.checkpoint;
    await fillLog(log, 260);
    expect(store.files.has("tile/0/000.p/200")).toBe(false);
    store.files.set("checkpoint", bytes);
    expect(await verifyLog(store, { trust })).toMatchObject({ refusalCount: 0, checkpoint: { size: 200 } });
  });
});

describe("a checkpoint", () => {
  it("must be there for a log to be one", async () => {
    await expect(verifyLog(new MemoryStore(), { trust })).rejects.toMatchObject({ code: "NOT_A_LOG" });
  });

  it.each([
    ["of another name", { origin: "bank.example/other", publicKey: trust.publicKey }, "WRONG_ORIGIN"],
    ["of another key", { origin: ORIGIN, publicKey: testSigner(2).publicKey }, "UNVERIFIED_CHECKPOINT"],
  ])("%s is refused before anything else is looked at", async (_what, other, code) => {
    const store = new MemoryStore();
    await openLog(store);
    store.files.set("tile/0/000.p/1", Buffer.from("anything"));
    const verdict = await verifyLog(store, { trust: other });
    expect(verdict).toMatchObject({ checkpoint: undefined, refusalCount: 1, refusals: [{ code }] });
  });

  it("that is none is refused, also where no name is asked for", async () => {
    const store = new MemoryStore(new Map([["checkpoint", Buffer.from("x")]]));
    for (const { publicKey, origin } of [trust, { ...trust, origin: undefined }]) {
      expect(await verifyLog(store, { trust: { publicKey, origin } })).toMatchObject({
        refusals: [{ code: "MALFORMED_CHECKPOINT" }],
      });
    }
  });
});

describe("outcomes", () => {
  async function withOutcome(
    change: (honest: OutcomeStatementInput) => OutcomeStatementInput,
  ): Promise<string[]> {
    const store = new MemoryStore();
    const log = await openLog(store);
    const denied = await appendDenial(log, 1);
    const admitted = await appendAdmission(log, 2);
    const input = change(outcomeOf(2, admitted));
    const isOfDenied = input.decision.index === denied.index;
    const decision = isOfDenied ? denied : input.decision;
    await log.append(await sealOutcome({ ...input, decision }, log));
    return codesOf(store);
  }

  it("of an admitted change pass", async () => {
    expect(await withOutcome((honest) => honest)).toEqual([]);
  });

  it.each<[string, string, (honest: OutcomeStatementInput) => OutcomeStatementInput]>([
    ["of a denial", "OUTCOME_OF_DENIAL", (honest) => ({ ...honest, decision: { index: 0, leafHash: "" } })],
    [
      "of themselves",
      "DANGLING_OUTCOME",
      (honest) => ({ ...honest, decision: { ...honest.decision, index: 2 } }),
    ],
    [
      "of what is yet to come",
      "DANGLING_OUTCOME",
      (honest) => ({ ...honest, decision: { ...honest.decision, index: 9 } }),
    ],
    [
      "of an entry with another hash",
      "DANGLING_OUTCOME",
      (honest) => ({ ...honest, decision: { index: 1, leafHash: "0".repeat(64) } }),
    ],
    [
      "at another gate",
      "OUTCOME_MISMATCH",
      (honest) => ({ ...honest, gate: { ...honest.gate, name: "dev" } }),
    ],
    [
      "in another namespace",
      "OUTCOME_MISMATCH",
      (honest) => ({ ...honest, gate: { ...honest.gate, namespace: "dev" } }),
    ],
    [
      "of another commit",
      "OUTCOME_MISMATCH",
      (honest) => ({ ...honest, source: outcomeOf(3, honest.decision).source }),
    ],
    [
      "of other manifests",
      "OUTCOME_MISMATCH",
      (honest) => ({ ...honest, manifests: outcomeOf(3, honest.decision).manifests }),
    ],
  ])("%s are refused", async (_what, code, change) => {
    expect(await withOutcome(change)).toEqual([`${code} entry 2`]);
  });

  it("are one for each decision", async () => {
    const store = new MemoryStore();
    const log = await openLog(store);
    const decision = await appendAdmission(log, 1);
    await appendOutcome(log, 1, decision);
    await appendOutcome(log, 1, decision);
    expect(await codesOf(store)).toEqual(["DUPLICATE_OUTCOME entry 2"]);
  });

  it("are followed by no other than the removal of what was applied, once", async () => {
    const store = new MemoryStore();
    const log = await openLog(store);
    const decision = await appendAdmission(log, 1);
    for (const result of ["applied", "removed"] as const) await appendOutcome(log, 1, decision, { result });
    expect(await codesOf(store)).toEqual([]);
    for (const result of ["removed", "applied"] as const) await appendOutcome(log, 1, decision, { result });
    expect(await codesOf(store)).toEqual(["DUPLICATE_OUTCOME entry 3", "DUPLICATE_OUTCOME entry 4"]);
  });
});

describe("entries", () => {
  async function forged(log: AuditLog, entry: Uint8Array, store: MemoryStore): Promise<void> {
    // What no writer of ours would take in: the log's own key over an entry that is not the log's own.
    const growth = growTail(EMPTY_TAIL, [entry]);
    for (const { path, bytes } of growth.files) await store.write(path, bytes);
    const root = rootOf(growth.tail.frontier);
    const { bytes } = await signCheckpoint({ origin: ORIGIN, size: 1, root }, log.signer);
    await store.write("checkpoint", bytes);
  }

  it.each([
    [
      "signed by somebody else",
      "UNVERIFIED_ENTRY",
      () => sealDecision(admission(0), { origin: ORIGIN, signer: testSigner(2) }),
    ],
    [
      "of another log",
      "FOREIGN_ENTRY",
      () => sealDecision(admission(0), { ...identity, origin: "bank.example/b" }),
    ],
    ["that say nothing", "MALFORMED_ENTRY", async () => Buffer.from("{}")],
    ["without their evidence", "EVIDENCE_MISSING", () => sealDecision(admission(0), identity)],
  ])("%s are refused, whatever tree they are in", async (_what, code, seal) => {
    const store = new MemoryStore();
    await forged(await openLog(store), await seal(), store);
    expect((await verifyLog(store, { trust })).refusals).toMatchObject([{ code }]);
  });

  it("are all looked at, and the first hundred that are wrong are told", async () => {
    const store = new MemoryStore();
    const log = await openLog(store);
    await fillLog(log, 240);
    for (const path of store.files.keys()) if (path.startsWith("evidence/")) store.files.delete(path);
    const { refusals, refusalCount } = await verifyLog(store, { trust });
    expect([refusals.length, refusalCount]).toEqual([100, 160]);
  });
});

describe("a tree of three levels", () => {
  const SIZE = 65_536 + 257;
  const SIZES = [1, 256, 257, 65_536, 65_537, SIZE];
  let store: MemoryStore;
  const heads = new Map<number, TreeHead>();

  beforeAll(async () => {
    store = new MemoryStore();
    let tail = EMPTY_TAIL;
    for (let n = 0; n < SIZE; n++) {
      const growth = growTail(tail, [Buffer.from(`entry ${n}`)]);
      tail = growth.tail;
      const kept = growth.files.filter(
        ({ path }) => n === SIZE - 1 || !/^tile\/(0|entries)\/.*\.p/.test(path),
      );
      for (const { path, bytes } of kept) await store.write(path, bytes);
      if (SIZES.includes(n + 1)) heads.set(n + 1, { size: n + 1, root: rootOf(tail.frontier) });
    }
  });

  async function walked(files: MemoryStore, olderSize = 0) {
    const report = new Report();
    let visited = 0;
    const head = heads.get(SIZE) ?? { size: 0, root: Buffer.alloc(0) };
    const older = await walkTree(files, head, olderSize, report, async () => {
      visited++;
    });
    return { codes: report.refusals.map(({ code, subject }) => `${code} ${subject}`), older, visited };
  }

  it("adds up, at every earlier size that is asked for", async () => {
    for (const size of SIZES) {
      expect(await walked(store, size)).toEqual({ codes: [], older: heads.get(size), visited: SIZE });
    }
  });

  it.each([
    ["tile/1/000", "TILE_MISMATCH tile/1/000"],
    ["tile/1/001.p/1", "TILE_MISMATCH tile/1/001.p/1"],
    ["tile/2/000.p/1", "TILE_MISMATCH tile/2/000.p/1"],
    ["tile/0/256", "LEAF_MISMATCH entry 65536"],
  ])("with a bit of %s changed is refused there", async (path, code) => {
    const changed = new MemoryStore(store.files);
    changed.files.set(path, Buffer.from(changed.files.get(path) ?? []).fill(0, 0, 1));
    expect((await walked(changed)).codes).toEqual([code]);
  });

  it.each([
    ["tile/1/000", ["MISSING_TILE tile/1/000"]],
    ["tile/0/001", ["MISSING_TILE tile/0/001"]],
    ["tile/entries/001", ["MISSING_ENTRIES tile/entries/001"]],
  ])("without %s is refused", async (path, codes) => {
    const changed = new MemoryStore(store.files);
    changed.files.delete(path);
    expect((await walked(changed)).codes).toEqual(codes);
  });
});
