import { describe, expect, it } from "vitest";
import {
  admission,
  appendAdmission,
  appendDenial,
  appendOutcome,
  fillLog,
  identity,
  ORIGIN,
  openLog,
  testSigner,
} from "../../test/integration/audit/samples.ts";
import { sha256 } from "../digest.ts";
import { AuditLog, MemoryStore, type StoredEntry, sealDecision, verifyLog } from "./index.ts";
import { rootOf } from "./merkle/index.ts";
import { EMPTY_TAIL, growTail, readTail, type Tail } from "./tail.ts";

async function entriesOf(log: AuditLog, from?: number): Promise<StoredEntry[]> {
  return Array.fromAsync(log.entries(from));
}

async function verdictOf(store: MemoryStore) {
  return verifyLog(store, { trust: { publicKey: identity.signer.publicKey, origin: ORIGIN } });
}

describe("a log", () => {
  it("begins empty, signed, with its key beside it", async () => {
    const store = new MemoryStore();
    const log = await openLog(store);
    expect(log.size).toBe(0);
    expect([...store.files.keys()].toSorted()).toEqual(["checkpoint", "log.vkey", "pending"]);
    expect(await verdictOf(store)).toMatchObject({ refusalCount: 0, decisions: 0 });
  });

  it("keeps what is appended, in order, with the place that it said", async () => {
    const log = await openLog(new MemoryStore());
    const decision = await appendAdmission(log, 1);
    const outcome = await appendOutcome(log, 1, decision);
    const denied = await appendDenial(log, 2);
    expect([decision.index, outcome.index, denied.index]).toEqual([0, 1, 2]);
    const entries = await entriesOf(log);
    expect(entries.map(({ index, leafHash }) => ({ index, leafHash }))).toEqual([decision, outcome, denied]);
    expect((await entriesOf(log, 2)).map(({ index }) => index)).toEqual([2]);
    expect(await entriesOf(log, 3)).toEqual([]);
  });

  it("takes appends that overlap one after the other", async () => {
    const store = new MemoryStore();
    const log = await openLog(store);
    const positions = await Promise.all([1, 2, 3, 4, 5].map((n) => appendDenial(log, n)));
    expect(positions.map(({ index }) => index).toSorted()).toEqual([0, 1, 2, 3, 4]);
    expect(await verdictOf(store)).toMatchObject({ refusalCount: 0, decisions: 5, evidence: 5 });
  });

  it("goes on after it was closed and opened, around the width of a tile", async () => {
    const store = new MemoryStore();
    for (const size of [0, 1, 2, 254, 255, 256, 257, 258, 511, 512, 513]) {
      await using log = await openLog(store);
      await fillLog(log, size);
      expect(log.size).toBe(size);
    }
    expect(await verdictOf(store)).toMatchObject({ refusalCount: 0, checkpoint: { size: 513 } });
    const partials = [...store.files.keys()].filter((path) => path.includes(".p/"));
    expect(new Set(partials)).toEqual(
      new Set(["tile/0/002.p/1", "tile/1/000.p/1", "tile/1/000.p/2", "tile/entries/002.p/1"]),
    );
  });

  it("has one writer", async () => {
    const store = new MemoryStore();
    const first = await openLog(store);
    await expect(openLog(store)).rejects.toMatchObject({ code: "LOCKED" });
    await first.close();
    await Promise.all([first.close(), first.close()]);
    await expect(appendDenial(first, 1)).rejects.toMatchObject({ code: "CLOSED" });
    const second = await openLog(store);
    expect(await appendDenial(second, 1)).toMatchObject({ index: 0 });
  });

  it("is not opened under another name, or with another key", async () => {
    const store = new MemoryStore();
    await using log = await openLog(store);
    await appendDenial(log, 1);
    await log.close();
    const { signer } = identity;
    await expect(AuditLog.open({ store, signer, origin: "bank.example/b" })).rejects.toMatchObject({
      code: "WRONG_ORIGIN",
    });
    await expect(AuditLog.open({ store, signer, origin: "a b" })).rejects.toMatchObject({
      code: "MALFORMED_ORIGIN",
    });
    const stranger = AuditLog.open({ store, signer: testSigner(2), origin: ORIGIN });
    await expect(stranger).rejects.toMatchObject({ code: "TAMPERED" });
    await expect(openLog(store).then((again) => again.size)).resolves.toBe(1);
  });

  it("takes nothing in that it could not verify later", async () => {
    const log = await openLog(new MemoryStore());
    const foreign = await sealDecision(admission(1), { origin: ORIGIN, signer: testSigner(2) });
    await expect(log.append(foreign)).rejects.toMatchObject({ code: "MALFORMED_ENTRY" });
    await expect(log.append(Buffer.from("anything"))).rejects.toMatchObject({ code: "MALFORMED_ENTRY" });
    await expect(log.append(Buffer.alloc(65_536))).rejects.toMatchObject({ code: "ENTRY_TOO_LARGE" });
    expect(log.size).toBe(0);
  });
});

describe("evidence", () => {
  it("is found by its digest, hashed again", async () => {
    const store = new MemoryStore();
    const log = await openLog(store);
    const digest = await log.putEvidence(Buffer.from("evidence"));
    expect(digest).toBe(sha256("evidence"));
    expect(Buffer.from(await log.readEvidence(digest)).toString()).toBe("evidence");
    await expect(log.readEvidence(sha256("else"))).rejects.toMatchObject({ code: "EVIDENCE_MISSING" });
    store.files.set(`evidence/sha256/${digest.slice(7)}`, Buffer.from("Evidence"));
    await expect(log.readEvidence(digest)).rejects.toMatchObject({ code: "EVIDENCE_MISMATCH" });
    // What is there but not whole is written again.
    await log.putEvidence(Buffer.from("evidence"));
    expect(Buffer.from(await log.readEvidence(digest)).toString()).toBe("evidence");
  });

  it("has a limit", async () => {
    const log = await openLog(new MemoryStore());
    const tooLarge = log.putEvidence(Buffer.alloc(64 * 1024 * 1024 + 1));
    await expect(tooLarge).rejects.toMatchObject({ code: "EVIDENCE_TOO_LARGE" });
  });
});

describe("a log that was changed behind its writer's back stays closed", () => {
  const flip = (bytes: Uint8Array, at: number) =>
    Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 1 : byte));

  async function logOf(size: number): Promise<MemoryStore> {
    const store = new MemoryStore();
    await using log = await openLog(store);
    await fillLog(log, size);
    return store;
  }

  it.each([
    ["the size in the checkpoint", 3, "checkpoint", ORIGIN.length + 1],
    ["the last leaf", 3, "tile/0/000.p/3", 70],
    ["an earlier leaf of the last tile", 3, "tile/0/000.p/3", 2],
    ["the last entry", 3, "tile/entries/000.p/3", -3],
    ["an earlier entry of the last bundle", 3, "tile/entries/000.p/3", 80],
    ["the last entry of a full bundle", 256, "tile/entries/000", -3],
    ["the last leaf of a full tile", 256, "tile/0/000", 8191],
    ["the first leaf of a full tile", 256, "tile/0/000", 0],
    ["a hash of the level above", 257, "tile/1/000.p/1", 0],
    ["the checkpoint under way", 3, "pending", ORIGIN.length + 1],
  ])("%s (of %d entries)", async (_what, size, path, at) => {
    const store = await logOf(size);
    const bytes = store.files.get(path) ?? Buffer.alloc(0);
    store.files.set(path, flip(bytes, at < 0 ? bytes.length + at : at));
    await expect(openLog(store)).rejects.toMatchObject({ code: "TAMPERED" });
    store.files.set(path, bytes);
    await expect(openLog(store)).resolves.toMatchObject({ size });
  });

  it("is open, and gives no entry that is not under its root", async () => {
    const store = await logOf(600);
    const log = await openLog(store);
    const bundle = store.files.get("tile/entries/000") ?? Buffer.alloc(0);
    expect(await entriesOf(log)).toHaveLength(600);
    store.files.set("tile/entries/000", flip(bundle, 100));
    await expect(entriesOf(log)).rejects.toMatchObject({ code: "TAMPERED" });
    expect(await entriesOf(log, 256)).toHaveLength(344);
  });

  it("its checkpoints both gone", async () => {
    const store = await logOf(3);
    store.files.delete("checkpoint");
    store.files.delete("pending");
    await expect(openLog(store)).rejects.toMatchObject({ code: "TAMPERED" });
  });

  it("its last tile gone", async () => {
    const store = await logOf(3);
    store.files.delete("tile/0/000.p/3");
    await expect(openLog(store)).rejects.toMatchObject({ code: "TAMPERED" });
  });

  it("two trees of one size signed", async () => {
    const [store, other] = [await logOf(2), new MemoryStore()];
    const fork = await openLog(other);
    await appendDenial(fork, 91);
    await appendDenial(fork, 92);
    store.files.set("pending", fork.checkpoint.bytes);
    await expect(openLog(store)).rejects.toMatchObject({ code: "TAMPERED" });
  });

  it("while open, and shorter after a failure than before", async () => {
    const store = await logOf(2);
    const earlier = new Map(store.files);
    const log = await openLog(store);
    await appendDenial(log, 3);
    const write = store.write.bind(store);
    store.write = async (path, bytes) => {
      if (path === "pending") throw new Error("no");
      await write(path, bytes);
    };
    await expect(appendDenial(log, 4)).rejects.toMatchObject({ code: "IN_DOUBT" });
    for (const [path, bytes] of earlier) store.files.set(path, bytes);
    await expect(appendDenial(log, 4)).rejects.toMatchObject({ code: "TAMPERED" });
  });
});

describe("the right edge", () => {
  const hex = (parts: readonly Uint8Array[]) =>
    parts.map((part) => Buffer.from(part).toString("hex")).join(" ");
  const shown = ({ frontier, tiles, entries }: Tail) => {
    return { size: frontier.size, roots: hex(frontier.roots), tiles: tiles.map(hex), entries: hex(entries) };
  };

  it("is the same grown or read back, where tiles of two levels fill up", async () => {
    const store = new MemoryStore();
    let tail = EMPTY_TAIL;
    for (let n = 0; n < 65_538; n++) {
      const growth = growTail(tail, [Buffer.from(`entry ${n}`)]);
      tail = growth.tail;
      const kept = growth.files.filter(({ path }) => n > 65_530 || !/^tile\/(0|entries)\/.*\.p/.test(path));
      for (const { path, bytes } of kept) await store.write(path, bytes);
      if (n < 65_533) continue;
      const read = await readTail(store, { size: tail.frontier.size, root: rootOf(tail.frontier) });
      expect(read.ok && shown(read.value), `size ${n + 1}`).toEqual(shown(tail));
    }
    expect([...store.files.keys()].filter((path) => path.startsWith("tile/2"))).toEqual(["tile/2/000.p/1"]);
  });
});
