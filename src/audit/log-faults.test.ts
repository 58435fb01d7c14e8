import { beforeAll, describe, expect, it } from "vitest";
import {
  admission,
  appendAdmission,
  fillLog,
  identity,
  ORIGIN,
} from "../../test/integration/audit/samples.ts";
import type { LogPosition } from "../verified.ts";
import {
  AuditLog,
  anchorAt,
  type LogStore,
  MemoryStore,
  parseEntry,
  sealDecision,
  verifyLog,
} from "./index.ts";

const ANCHOR = "../anchor";

/** The anchor is written through the same store, so its writes fail in their turn, and copies take it along. */
function openLog(store: LogStore): Promise<AuditLog> {
  return AuditLog.open({ store, ...identity, anchor: anchorAt(store, ANCHOR) });
}

type Failure = "before it is written" | "after it is written" | "for want of space";

/** Fails one write, and remembers every checkpoint that anybody could have seen. */
class FailingStore implements LogStore {
  readonly inner: MemoryStore;
  readonly seen: Uint8Array[] = [];
  writes = 0;
  failed: string | undefined;
  readonly #failAt: number;
  readonly #failure: Failure;

  constructor(inner: MemoryStore, failAt: number, failure: Failure) {
    this.inner = inner;
    this.#failAt = failAt;
    this.#failure = failure;
  }

  read(path: string, limit: number) {
    return this.inner.read(path, limit);
  }

  removeFolder(path: string) {
    return this.inner.removeFolder(path);
  }

  lock() {
    return this.inner.lock();
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    const fails = this.writes++ === this.#failAt;
    if (!fails || this.#failure === "after it is written") {
      await this.inner.write(path, bytes);
      if (path === "checkpoint") this.seen.push(bytes);
    }
    if (!fails) return;
    this.failed = path;
    throw Object.assign(new Error(this.#failure), {
      code: this.#failure === "for want of space" ? "ENOSPC" : "EIO",
    });
  }
}

/** All that must hold, whatever failed: of `acknowledged` appends nothing is lost, and nothing is there twice. */
async function expectSound(store: FailingStore, acknowledged: readonly LogPosition[]): Promise<void> {
  const trust = { publicKey: identity.signer.publicKey, origin: ORIGIN };
  await using log = await openLog(new MemoryStore(store.inner.files));
  // The first checkpoint that was seen: whatever was signed later must continue it.
  expect(await verifyLog(store.inner, { trust, older: store.seen[0] })).toMatchObject({ refusals: [] });
  const entries = await Array.fromAsync(log.entries());
  const leaves = new Map(entries.map(({ index, leafHash }) => [index, leafHash]));
  for (const { index, leafHash } of acknowledged) expect(leaves.get(index)).toBe(leafHash);
  const revisions = entries.map(({ bytes }) => {
    const entry = parseEntry(bytes);
    return entry.ok && entry.value.kind === "decision"
      ? entry.value.decision.source.revision
      : `outcome ${bytes.length}`;
  });
  const decided = revisions.filter((revision) => !revision.startsWith("outcome"));
  expect(new Set(decided).size).toBe(decided.length);
}

/** Of the log before: at the edges of a tile. All of them in CI. */
const SIZES = (process.env.SLUICE_LOG_SIZES ?? "1,255").split(",").map(Number);
const FAILURES: readonly Failure[] = ["before it is written", "after it is written", "for want of space"];

describe.each(SIZES)("an append to %d entries", (size) => {
  let base: MemoryStore;

  beforeAll(async () => {
    base = new MemoryStore();
    await using log = await openLog(base);
    await fillLog(log, size);
  });

  async function writesOfOneAppend(): Promise<string[]> {
    const paths: string[] = [];
    const store = new MemoryStore(base.files);
    await using log = await openLog(store);
    const write = store.write.bind(store);
    store.write = async (path, bytes) => {
      paths.push(path);
      await write(path, bytes);
    };
    await appendAdmission(log, 10_000);
    return paths;
  }

  async function faultyLog(
    failAt: number,
    failure: Failure,
  ): Promise<{ store: FailingStore; log: AuditLog }> {
    const store = new FailingStore(new MemoryStore(base.files), failAt, failure);
    return { store, log: await openLog(store) };
  }

  it("writes the evidence first, then entries and tiles, then thrice the checkpoint", async () => {
    const paths = await writesOfOneAppend();
    const kinds = paths.map(
      (path) => /^(evidence|tile\/entries|tile\/\d|pending|\.\.\/anchor|checkpoint)/.exec(path)?.[0],
    );
    const tiles = (size + 1) % 256 === 0 ? ["tile/0", "tile/1"] : ["tile/0"];
    expect(kinds).toEqual(["evidence", "tile/entries", ...tiles, "pending", ANCHOR, "checkpoint"]);
  });

  it.each(FAILURES)("is all or nothing where a write fails %s, and the process goes on", async (failure) => {
    const writes = await writesOfOneAppend();
    for (const [failAt, path] of writes.entries()) {
      const { store, log } = await faultyLog(failAt, failure);
      const code = path.startsWith("evidence")
        ? "EIO"
        : ["pending", ANCHOR, "checkpoint"].includes(path)
          ? "IN_DOUBT"
          : "NOT_RECORDED";
      const failed = appendAdmission(log, 10_000);
      const expected = code === "EIO" ? {} : { code };
      await expect(failed, `${path} ${failure}`).rejects.toMatchObject(expected);
      expect(store.failed).toBe(path);
      await expectSoundAfterMore(store, log);
    }
  });

  it.each(FAILURES)(
    "is all or nothing where a write fails %s, and the process ends there",
    async (failure) => {
      const writes = await writesOfOneAppend();
      for (const failAt of writes.keys()) {
        const { store, log } = await faultyLog(failAt, failure);
        await expect(appendAdmission(log, 10_000)).rejects.toThrow();
        await expectSound(store, []);
        const survivors = new FailingStore(
          new MemoryStore(store.inner.files),
          Number.POSITIVE_INFINITY,
          failure,
        );
        await expectSoundAfterMore(survivors, await openLog(survivors));
      }
    },
  );

  async function expectSoundAfterMore(store: FailingStore, log: AuditLog): Promise<void> {
    const acknowledged = [await appendAdmission(log, 10_001), await appendAdmission(log, 10_002)];
    expect(acknowledged.map(({ index }) => index - size)).toSatisfy(
      ([first, second]: number[]) => (first === 0 || first === 1) && second === (first ?? 0) + 1,
    );
    await log.close();
    await expectSound(store, acknowledged);
  }
});

/** Around the width of a tile, also with the last entry of one and the first of the next in one batch. */
const BATCH_SIZES = SIZES.length > 2 ? [0, 253, 255] : [253];
const TOGETHER = [10_000, 10_001, 10_002];

describe.each(BATCH_SIZES)("appends that come at once, to %d entries", (size) => {
  let base: MemoryStore;
  let sealed: readonly Uint8Array[];

  beforeAll(async () => {
    base = new MemoryStore();
    await using log = await openLog(base);
    await fillLog(log, size);
    sealed = await Promise.all(
      TOGETHER.map(async (n) => {
        const evidence = await log.putEvidence(Buffer.from(`evidence ${n}`));
        return sealDecision(admission(n, evidence), log);
      }),
    );
  });

  const appendAll = (log: AuditLog) => Promise.all(sealed.map((entry) => log.append(entry)));

  it("are in the log in their order, under one checkpoint, which is written last", async () => {
    const store = new FailingStore(
      new MemoryStore(base.files),
      Number.POSITIVE_INFINITY,
      "before it is written",
    );
    await using log = await openLog(store);
    const paths: string[] = [];
    const write = store.write.bind(store);
    store.write = async (path, bytes) => {
      paths.push(path);
      await write(path, bytes);
    };
    const positions = await appendAll(log);
    expect(positions.map(({ index }) => index)).toEqual([size, size + 1, size + 2]);
    expect(paths.slice(-3)).toEqual(["pending", ANCHOR, "checkpoint"]);
    expect(paths.slice(0, -3).every((path) => path.startsWith("tile/"))).toBe(true);
    expect(store.seen).toHaveLength(1);
    const partials = [...store.inner.files.keys()].filter((path) => path.startsWith("tile/0/000.p/"));
    expect(partials).toEqual(size + TOGETHER.length < 256 ? [`tile/0/000.p/${TOGETHER.length}`] : []);
    await expectSound(store, positions);
  });

  it.each(FAILURES)("are all or none of them there where a write fails %s", async (failure) => {
    // Entries and hashes; those of a tile that fills up also for the level above; and those of the next tile.
    const tiles =
      new Map([
        [0, 2],
        [253, 3],
        [255, 5],
      ]).get(size) ?? 0;
    const writes = tiles + 3;
    for (let failAt = 0; failAt < writes; failAt++) {
      const store = new FailingStore(new MemoryStore(base.files), failAt, failure);
      const log = await openLog(store);
      const results = await Promise.allSettled(sealed.map((entry) => log.append(entry)));
      const inDoubt = failAt >= writes - 3;
      expect(results, `${store.failed} ${failure}`).toMatchObject(
        TOGETHER.map(() => ({
          status: "rejected",
          reason: { code: inDoubt ? "IN_DOUBT" : "NOT_RECORDED" },
        })),
      );
      await expectSound(store, []);
      const next = await appendAdmission(log, 10_003);
      expect(next.index - size).toBeOneOf(inDoubt ? [0, TOGETHER.length] : [0]);
      await log.close();
      await expectSound(store, [next]);
    }
  });
});

it("an append that cannot be taken in does not keep others out that come with it", async () => {
  const log = await openLog(new MemoryStore());
  const entry = await sealDecision(admission(1), log);
  const [first, wrong, second] = await Promise.allSettled([
    log.append(entry),
    log.append(Buffer.from("anything")),
    log.append(entry),
  ]);
  expect(first).toMatchObject({ status: "fulfilled", value: { index: 0 } });
  expect(wrong).toMatchObject({ status: "rejected", reason: { code: "MALFORMED_ENTRY" } });
  expect(second).toMatchObject({ status: "fulfilled", value: { index: 1 } });
  expect(log.size).toBe(2);
});

it("what comes after the log was told to close comes too late; what came before is waited for", async () => {
  const store = new MemoryStore();
  const log = await openLog(store);
  const entry = await sealDecision(admission(1), log);
  const before = [log.append(entry), log.putEvidence(Buffer.from("evidence 1"))];
  const closing = log.close();
  await expect(log.append(entry)).rejects.toMatchObject({ code: "CLOSED" });
  await closing;
  expect(await Promise.all(before)).toMatchObject([{ index: 0 }, expect.any(String)]);
  await expect(log.putEvidence(Buffer.from("evidence 2"))).rejects.toMatchObject({ code: "CLOSED" });
  await expect(Array.fromAsync(log.entries())).rejects.toMatchObject({ code: "CLOSED" });
});

describe("an append in doubt", () => {
  it.each([
    ["is in the log once it reached the pending checkpoint", "pending", "after it is written", 2],
    ["is in the log before it reached the anchor", ANCHOR, "before it is written", 2],
    ["is in the log once it reached the checkpoint", "checkpoint", "before it is written", 2],
    ["is not in the log before that", "pending", "before it is written", 1],
  ] as const)("%s", async (_what, path, failure, size) => {
    const base = new MemoryStore();
    const before = await openLog(base);
    await appendAdmission(before, 1);
    await before.close();
    const order = ["evidence", "tile/entries", "tile/0", "pending", ANCHOR, "checkpoint"];
    const store = new FailingStore(base, order.indexOf(path), failure);
    const log = await openLog(store);
    await expect(appendAdmission(log, 2)).rejects.toMatchObject({ code: "IN_DOUBT" });
    expect(await Array.fromAsync(log.entries())).toHaveLength(size);
    expect(log.size).toBe(size);
  });
});

/** The writes that begin a log: its key, and its empty checkpoint three times. */
const BEGINNING = ["log.vkey", "pending", ANCHOR, "checkpoint"];

describe.each(BEGINNING.map((path, failAt) => ({ path, failAt })))(
  "a log that could not begin: $path",
  ({ path, failAt }) => {
    it.each(FAILURES)("failing %s, it begins the next time", async (failure) => {
      const store = new FailingStore(new MemoryStore(), failAt, failure);
      await expect(openLog(store)).rejects.toThrow();
      expect(store.failed).toBe(path);
      await using log = await openLog(store);
      await expectSound(store, [await appendAdmission(log, 1)]);
    });
  },
);
