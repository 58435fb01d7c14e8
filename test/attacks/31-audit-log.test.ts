import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Anchor,
  AuditLog,
  anchorAt,
  DirectoryFiles,
  DirectoryStore,
  type LogVerdict,
  MemoryStore,
  sealDecision,
  verifyLog,
} from "../../src/audit/index.ts";
import { sha256 } from "../../src/digest.ts";
import {
  admission,
  appendDenial,
  denial,
  fillLog,
  identity,
  ORIGIN,
  openLog,
  saveLog,
  testSigner,
} from "../integration/audit/samples.ts";

const SIZE = 300;
const EARLIER = 270;
const HASH_BYTES = 32;
const trust = { publicKey: identity.signer.publicKey, origin: ORIGIN };

let folder: string;
/** The honest log, of SIZE entries, and its checkpoint when it had EARLIER ones. */
let honest: string;
let earlier: Uint8Array;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-attack-31-"));
  honest = join(folder, "honest");
  const store = new MemoryStore();
  const log = await openLog(store);
  await fillLog(log, EARLIER);
  earlier = log.checkpoint.bytes;
  await fillLog(log, SIZE);
  await saveLog(store, honest);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A copy of the honest log, for an attacker who may write to the disk. */
async function copied(): Promise<string> {
  const copy = await mkdtemp(join(folder, "copy-"));
  await cp(honest, copy, { recursive: true });
  return copy;
}

async function edit(log: string, path: string, change: (bytes: Buffer) => Uint8Array): Promise<void> {
  await writeFile(join(log, path), change(await readFile(join(log, path))));
}

async function verified(log: string, older?: Uint8Array): Promise<LogVerdict> {
  return verifyLog(new DirectoryFiles(log), { trust, older });
}

async function refusalsOf(log: string, older?: Uint8Array): Promise<string[]> {
  return (await verified(log, older)).refusals.map(({ code, subject }) => `${code} ${subject}`);
}

async function openingOf(log: string, anchor?: Anchor): Promise<string> {
  try {
    await using opened = await AuditLog.open({ store: new DirectoryStore(log), ...identity, anchor });
    return `opened with ${opened.size}`;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "unknown";
  }
}

/** Another history under the same name and key: what a log does that tells two readers two stories. */
async function forkedAt(size: number): Promise<string> {
  const fork = await mkdtemp(join(folder, "fork-"));
  const store = new MemoryStore();
  const log = await openLog(store);
  await fillLog(log, size);
  const evidence = await log.putEvidence(Buffer.from("another story"));
  await log.append(await sealDecision(denial(size, evidence), log));
  while (log.size < SIZE) {
    const more = await log.putEvidence(Buffer.from(`evidence ${log.size}`));
    await log.append(await sealDecision(denial(log.size, more), log));
  }
  await saveLog(store, fork);
  return fork;
}

describe("attack 31: the honest log", () => {
  it("passes, opens, and continues what was signed earlier", async () => {
    expect(await verified(honest, earlier)).toMatchObject({ refusalCount: 0, checkpoint: { size: SIZE } });
    expect(await openingOf(await copied())).toBe(`opened with ${SIZE}`);
  });
});

describe("attack 31: truncation", () => {
  it("by an earlier checkpoint is seen by who kept a later one", async () => {
    const log = await copied();
    const later = await readFile(join(log, "checkpoint"));
    await edit(log, "checkpoint", () => earlier);
    await edit(log, "pending", () => earlier);
    expect(await refusalsOf(log, later)).toEqual(["ROLLED_BACK older checkpoint"]);
    // By itself it is a log that was honest once: this is what keeping checkpoints is for.
    expect(await refusalsOf(log)).toEqual([]);
  });

  it("of the checkpoint alone does not take the gate back", async () => {
    const log = await copied();
    await edit(log, "checkpoint", () => earlier);
    expect(await openingOf(log)).toBe(`opened with ${SIZE}`);
    expect(await refusalsOf(log, await readFile(join(honest, "checkpoint")))).toEqual([]);
  });

  it("of the last entries is refused", async () => {
    const log = await copied();
    await rm(join(log, "tile/entries/001.p/44"));
    expect(await refusalsOf(log)).toEqual(["MISSING_ENTRIES tile/entries/001.p/44"]);
    expect(await openingOf(log)).toBe("TAMPERED");
  });

  it("inside the last bundle is refused", async () => {
    const log = await copied();
    await edit(log, "tile/entries/001.p/44", (bytes) => bytes.subarray(0, -500));
    expect(await refusalsOf(log)).toEqual(["MALFORMED_ENTRIES tile/entries/001.p/44"]);
    expect(await openingOf(log)).toBe("TAMPERED");
  });

  it("of all but the key is not taken for a new log", async () => {
    const log = await copied();
    await rm(join(log, "checkpoint"));
    await rm(join(log, "pending"));
    expect(await openingOf(log)).toBe("TAMPERED");
    await expect(verified(log)).rejects.toMatchObject({ code: "NOT_A_LOG" });
  });
});

describe("attack 31: a log put back behind its anchor", () => {
  /** The honest log as its own writer has it: with an anchor that is no part of the folder. */
  async function anchored(): Promise<{ log: string; anchor: Anchor }> {
    const log = await copied();
    const anchor = anchorAt(new MemoryStore(), "head");
    expect(await openingOf(log, anchor)).toBe(`opened with ${SIZE}`);
    return { log, anchor };
  }

  async function rewind(log: string): Promise<void> {
    await edit(log, "checkpoint", () => earlier);
    await edit(log, "pending", () => earlier);
  }

  it("opens again where nothing was done to it, also after it grew", async () => {
    const { log, anchor } = await anchored();
    await using opened = await AuditLog.open({ store: new DirectoryStore(log), ...identity, anchor });
    await appendDenial(opened, SIZE);
    await opened.close();
    expect(await openingOf(log, anchor)).toBe(`opened with ${SIZE + 1}`);
  });

  it("is refused with an earlier checkpoint, genuine signature and all", async () => {
    const { log, anchor } = await anchored();
    await rewind(log);
    expect(await openingOf(log, anchor)).toBe("ROLLED_BACK");
    // What is refused is not made good by refusing it.
    expect(await openingOf(log, anchor)).toBe("ROLLED_BACK");
    expect(await openingOf(log)).toBe(`opened with ${EARLIER}`);
  });

  it("is refused where another history has outgrown it", async () => {
    const { log, anchor } = await anchored();
    await rewind(log);
    await using fork = await AuditLog.open({ store: new DirectoryStore(log), ...identity });
    while (fork.size <= SIZE) await appendDenial(fork, 10_000 + fork.size);
    await fork.close();
    expect(await openingOf(log, anchor)).toBe("ROLLED_BACK");
  });

  it("is refused where it is gone, instead of begun anew under the same name", async () => {
    const { log, anchor } = await anchored();
    await rm(log, { recursive: true });
    expect(await openingOf(log, anchor)).toBe("ROLLED_BACK");
  });

  it("is refused with the anchor of another key", async () => {
    const { log } = await anchored();
    const store = new MemoryStore();
    const stranger = { origin: ORIGIN, signer: testSigner(2), anchor: anchorAt(store, "head") };
    await (await AuditLog.open({ store: new MemoryStore(), ...stranger })).close();
    expect(await openingOf(log, stranger.anchor)).toBe("TAMPERED");
  });
});

describe("attack 31: a replaced leaf", () => {
  /** Another decision that the log's own key signed, of the same length, in the place of the first. */
  async function replaceFirstEntry(log: string): Promise<Uint8Array> {
    const entry = await sealDecision(admission(1), identity);
    await edit(log, "tile/entries/000", (bytes) => {
      expect(bytes.readUInt16BE(0)).toBe(entry.length);
      return Buffer.concat([bytes.subarray(0, 2), entry, bytes.subarray(2 + entry.length)]);
    });
    return entry;
  }

  it("is refused, although its signature is the log's own", async () => {
    const log = await copied();
    await replaceFirstEntry(log);
    expect(await refusalsOf(log)).toContain("LEAF_MISMATCH entry 0");
  });

  it("is refused with its tile made to fit", async () => {
    const log = await copied();
    const entry = await replaceFirstEntry(log);
    const leaf = Buffer.from(sha256(Buffer.concat([Uint8Array.of(0), entry])).slice(7), "hex");
    await edit(log, "tile/0/000", (bytes) => Buffer.concat([leaf, bytes.subarray(HASH_BYTES)]));
    const refusals = await refusalsOf(log);
    expect(refusals).not.toContain("LEAF_MISMATCH entry 0");
    expect(refusals).toContain("TILE_MISMATCH tile/1/000.p/1");
    expect(refusals).toContain("ROOT_MISMATCH checkpoint");
  });

  it("is refused where two entries changed places", async () => {
    const log = await copied();
    await edit(log, "tile/entries/001.p/44", (bytes) => {
      const first = 2 + bytes.readUInt16BE(0);
      const second = 2 + bytes.readUInt16BE(first);
      return Buffer.concat([
        bytes.subarray(first, first + second),
        bytes.subarray(0, first),
        bytes.subarray(first + second),
      ]);
    });
    const refusals = await refusalsOf(log);
    expect(refusals).toContain("LEAF_MISMATCH entry 256");
    expect(refusals).toContain("LEAF_MISMATCH entry 257");
    expect(await openingOf(log)).toBe("TAMPERED");
  });
});

describe("attack 31: a rewritten tile", () => {
  it.each([
    ["tile/0/000", 255 * HASH_BYTES, "LEAF_MISMATCH entry 255"],
    ["tile/0/001.p/44", 43 * HASH_BYTES, "LEAF_MISMATCH entry 299"],
    ["tile/1/000.p/1", 0, "TILE_MISMATCH tile/1/000.p/1"],
  ])("%s is refused", async (path, offset, refusal) => {
    const log = await copied();
    await edit(log, path, (bytes) => bytes.fill(bytes.readUInt8(offset) ^ 1, offset, offset + 1));
    expect(await refusalsOf(log)).toEqual([refusal]);
  });

  it("that the writer would go on from keeps the log closed", async () => {
    const log = await copied();
    await edit(log, "tile/1/000.p/1", (bytes) => bytes.fill(0, 0, 1));
    expect(await openingOf(log)).toBe("TAMPERED");
  });
});

describe("attack 31: two histories for two readers", () => {
  it("are each whole, and refused by whoever holds a checkpoint of the other", async () => {
    const fork = await forkedAt(EARLIER - 1);
    const [ours, theirs] = [
      await readFile(join(honest, "checkpoint")),
      await readFile(join(fork, "checkpoint")),
    ];
    expect(await refusalsOf(fork)).toEqual([]);
    expect(await refusalsOf(fork, ours)).toEqual(["FORKED older checkpoint"]);
    expect(await refusalsOf(honest, theirs)).toEqual(["FORKED older checkpoint"]);
    expect(await refusalsOf(fork, earlier)).toEqual(["FORKED older checkpoint"]);
  });

  it("are not seen before they part", async () => {
    const fork = await forkedAt(EARLIER);
    expect(await refusalsOf(fork, earlier)).toEqual([]);
  });

  it("signed by another key are another log", async () => {
    const copy = await mkdtemp(join(folder, "stranger-"));
    await using log = await AuditLog.open({
      store: new DirectoryStore(copy),
      origin: ORIGIN,
      signer: testSigner(2),
    });
    await fillLog(log, 3);
    expect(await refusalsOf(copy)).toEqual(["UNVERIFIED_CHECKPOINT checkpoint"]);
    expect(await openingOf(copy)).toBe("LOCKED");
    await log.close();
    expect(await openingOf(copy)).toBe("TAMPERED");
  });

  it("cannot be shown with a checkpoint that nobody signed", async () => {
    const forged = Buffer.from(
      Buffer.from(earlier)
        .toString()
        .replace(`\n${EARLIER}\n`, `\n${EARLIER + 1}\n`),
    );
    expect(await refusalsOf(honest, forged)).toEqual(["UNVERIFIED_CHECKPOINT older checkpoint"]);
  });
});

describe("attack 31: the evidence", () => {
  it.each([
    ["changed", "EVIDENCE_MISMATCH", (path: string) => writeFile(path, "another")],
    ["removed", "EVIDENCE_MISSING", (path: string) => rm(path)],
  ])("%s is refused", async (_what, code, attack) => {
    const log = await copied();
    const digest = sha256("evidence 0");
    await attack(join(log, "evidence", "sha256", digest.slice(7)));
    expect(await refusalsOf(log)).toEqual([`${code} entry 0, ${digest}`]);
  });
});
