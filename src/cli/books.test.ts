import { chmod, cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { admission, denial } from "../../test/integration/audit/samples.ts";
import { type AuditLog, sealDecision } from "../audit/index.ts";
import { openBooks, readLedger, statePaths } from "./books.ts";

const gate = { namespace: "payments", name: "prod" };
let state: string;

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "sluice-books-"));
});

afterEach(async () => {
  await rm(state, { recursive: true, force: true });
});

async function append(log: AuditLog, n: number, kind: typeof admission | typeof denial = admission) {
  const evidence = await log.putEvidence(Buffer.from(JSON.stringify({ change: `sha256:${n}` })));
  return log.append(await sealDecision(kind(n, evidence), log));
}

/** Opens the books, appends that many decisions, and closes them. Gives the size of the log then. */
async function grow(count: number): Promise<number> {
  await using books = await openBooks(state);
  for (let i = 0; i < count; i++) await append(books.log, books.log.size);
  return books.log.size;
}

describe("the books of a state directory", () => {
  it("are begun with a key of their own, and gone on with", async () => {
    expect(await grow(2)).toBe(2);
    expect(await grow(1)).toBe(3);
    expect((await readdir(state)).toSorted()).toEqual([
      "audit.head",
      "audit.key",
      "audit.pub",
      "audit.vkey",
      "log",
    ]);
    expect((await stat(statePaths(state).key)).mode & 0o777).toBe(0o600);
    expect(await readFile(statePaths(state).anchor)).toEqual(
      await readFile(join(statePaths(state).log, "checkpoint")),
    );
  });

  it("are begun where a crash left a key without its private half", async () => {
    await writeFile(statePaths(state).verifierKey, "left over");
    await writeFile(statePaths(state).publicKey, "left over");
    expect(await grow(1)).toBe(1);
    expect(await grow(1)).toBe(2);
  });

  it("stay closed with a key that others can read", async () => {
    await grow(1);
    await chmod(statePaths(state).key, 0o640);
    await expect(openBooks(state)).rejects.toMatchObject({ code: "EXPOSED_KEY" });
    await expect(readLedger(state)).rejects.toMatchObject({ code: "EXPOSED_KEY" });
    await chmod(statePaths(state).key, 0o600);
    expect(await grow(1)).toBe(2);
  });

  it("stay closed where the log was put back to an earlier checkpoint", async () => {
    await grow(1);
    const { log } = statePaths(state);
    const early = await readFile(join(log, "checkpoint"));
    await grow(1);
    for (const name of ["checkpoint", "pending"]) await writeFile(join(log, name), early);
    await expect(openBooks(state)).rejects.toMatchObject({ code: "ROLLED_BACK" });
  });

  it("stay closed where the log was removed, or put back from a copy", async () => {
    await grow(1);
    const { log } = statePaths(state);
    const copy = join(state, "copy");
    await cp(log, copy, { recursive: true });
    await grow(1);
    await rm(log, { recursive: true });
    await expect(openBooks(state)).rejects.toMatchObject({ code: "ROLLED_BACK" });
    await expect(readLedger(state)).rejects.toMatchObject({ code: "NOT_A_LOG" });
    await cp(copy, log, { recursive: true });
    await expect(openBooks(state)).rejects.toMatchObject({ code: "ROLLED_BACK" });
  });

  it("are given the anchor that they did not have yet", async () => {
    await grow(2);
    const { anchor, log } = statePaths(state);
    await rm(anchor);
    expect(await grow(0)).toBe(2);
    expect(await readFile(anchor)).toEqual(await readFile(join(log, "checkpoint")));
  });
});

describe("a look at the books", () => {
  it("is empty before the first run, and makes nothing", async () => {
    expect((await readLedger(state)).historyOf(gate).last).toBeUndefined();
    expect(await readdir(state)).toEqual([]);
  });

  it("needs no lock: it sees what a writer at work has recorded by then", async () => {
    await using books = await openBooks(state);
    await append(books.log, 0);
    await append(books.log, 1, denial);
    const history = (await readLedger(state)).historyOf(gate);
    expect([history.lastAdmit?.entry.index, history.last?.entry.index]).toEqual([0, 1]);
    await append(books.log, 2);
    expect((await readLedger(state)).historyOf(gate).lastAdmit?.entry.index).toBe(2);
    await expect(openBooks(state)).rejects.toMatchObject({ code: "LOCKED" });
  });

  it("refuses a log that another key signed", async () => {
    await grow(1);
    const other = join(state, "other");
    await using books = await openBooks(other);
    await append(books.log, 0);
    await books[Symbol.asyncDispose]();
    await rm(statePaths(state).log, { recursive: true });
    await cp(statePaths(other).log, statePaths(state).log, { recursive: true });
    await expect(readLedger(state)).rejects.toMatchObject({ code: "TAMPERED" });
  });
});
