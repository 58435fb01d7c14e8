import { describe, expect, it } from "vitest";
import { openBooks } from "../../test/support/books.ts";
import { FaultyStore } from "../../test/support/faulty-store.ts";
import { admission, denial, found, NOW } from "../../test/support/findings.ts";
import { sha256 } from "../digest.ts";
import { changeIdOf } from "./change.ts";
import { Ledger } from "./ledger.ts";
import { recordDecision, recordOutcome } from "./record.ts";

const { gate } = found;
const applied = { result: "applied", message: "", at: NOW } as const;

describe("where a gate stands", () => {
  it("is nowhere before its first decision", () => {
    const ledger = new Ledger();
    expect(ledger.historyOf(gate)).toEqual({ last: undefined, lastAdmit: undefined });
    expect(ledger.pendingOf(gate)).toBeUndefined();
    expect(ledger.find(admission())).toBeUndefined();
  });

  it("is where its last admission left it, whatever was denied since", async () => {
    await using books = await openBooks();
    const admitted = await recordDecision(admission("a"), books);
    await recordDecision(denial("b"), books);
    const { last, lastAdmit } = books.ledger.historyOf(gate);
    expect(lastAdmit?.decision.source.revision).toBe("a".repeat(40));
    expect(lastAdmit?.entry).toEqual(admitted.entry);
    expect(last?.decision.source.revision).toBe("b".repeat(40));
  });

  it("is no other gate's business", async () => {
    await using books = await openBooks();
    await recordDecision(admission("a"), books);
    for (const other of [
      { namespace: "lending", name: gate.name },
      { namespace: gate.namespace, name: "test" },
    ]) {
      expect(books.ledger.historyOf(other).last).toBeUndefined();
      expect(books.ledger.find(admission("a", { gate: other }))).toBeUndefined();
    }
  });

  it("is the same when the log is read anew", async () => {
    await using books = await openBooks();
    await recordDecision(denial("a"), books);
    await recordOutcome(await pendingAfter(books, "b"), applied, books);
    await recordDecision(denial("c"), books);
    const again = await Ledger.read(books.log);
    expect(again.historyOf(gate)).toEqual(books.ledger.historyOf(gate));
    expect(again.historyOf(gate).lastAdmit).toMatchObject({ outcome: "applied" });
  });
});

describe("an admission that was not carried out", () => {
  it("is pending until an outcome of it is recorded", async () => {
    await using books = await openBooks();
    const pending = await pendingAfter(books, "a");
    expect(books.ledger.pendingOf(gate)).toEqual(pending);
    await recordOutcome(pending, applied, books);
    expect(books.ledger.pendingOf(gate)).toBeUndefined();
  });

  it("is never a denial", async () => {
    await using books = await openBooks();
    await recordDecision(denial(), books);
    expect(books.ledger.pendingOf(gate)).toBeUndefined();
  });
});

describe("a decision that is in the log already", () => {
  it("is found by what was decided, at whatever time", async () => {
    await using books = await openBooks();
    const { entry } = await recordDecision(admission(), books);
    const found = books.ledger.find(admission("a", { at: NOW + 60_000 }));
    expect(found).toMatchObject({ entry, change: changeIdOf(admission()) });
    expect(books.ledger.find(admission("b"))).toBeUndefined();
    expect(books.ledger.find(denial())).toBeUndefined();
  });

  it("is found again after denials, where it is an admission", async () => {
    await using books = await openBooks();
    await recordDecision(admission("a"), books);
    await recordDecision(denial("b"), books);
    expect(books.ledger.find(admission("a"))).toMatchObject({ decision: { verdict: "admit" } });
    expect(books.ledger.find(denial("b"))).toMatchObject({ decision: { verdict: "deny" } });
  });

  it("is not found where another admission came after it", async () => {
    await using books = await openBooks();
    await recordDecision(admission("a"), books);
    await recordDecision(admission("b"), books);
    expect(books.ledger.find(admission("a"))).toBeUndefined();
  });

  it("is not found where the trust was another", async () => {
    await using books = await openBooks();
    await recordDecision(admission("a", { trust: { name: "trust", digest: sha256("older") } }), books);
    expect(books.ledger.find(admission("a"))).toBeUndefined();
  });

  it("is not found where a denial was followed by another decision", async () => {
    await using books = await openBooks();
    await recordDecision(denial("a"), books);
    await recordDecision(denial("b"), books);
    expect(books.ledger.find(denial("a"))).toBeUndefined();
  });
});

describe("reading the log", () => {
  it("goes on from where it was, and calls may overlap", async () => {
    await using books = await openBooks();
    const late = new Ledger();
    await recordDecision(admission("a"), books);
    await late.catchUp(books.log);
    await recordDecision(admission("b"), books);
    await Promise.all([late.catchUp(books.log), late.catchUp(books.log)]);
    expect(late.historyOf(gate)).toEqual(books.ledger.historyOf(gate));
  });

  it.each([
    ["is in the log", "after", true],
    ["is not in the log", "before", false],
  ] as const)("finds out whether an entry in doubt %s", async (_, moment, isThere) => {
    const store = new FaultyStore();
    await using books = await openBooks(store);
    store.failOnce(moment, "pending");
    await expect(recordDecision(admission(), books)).rejects.toMatchObject({ code: "IN_DOUBT" });
    expect(books.ledger.pendingOf(gate)).toBeUndefined();
    await books.ledger.catchUp(books.log);
    expect(books.ledger.find(admission()) !== undefined).toBe(isThere);
  });

  it.each([
    ["missing", "EVIDENCE_MISSING", undefined],
    ["altered", "EVIDENCE_MISMATCH", Buffer.from("{}")],
  ] as const)("stops where evidence is %s", async (_, code, bytes) => {
    const store = new FaultyStore();
    await using books = await openBooks(store);
    const { log } = books;
    await recordDecision(admission(), books);
    expect((await Ledger.read(log)).find(admission())?.entry.index).toBe(0);
    const path = [...store.files.keys()].find((name) => name.startsWith("evidence/")) ?? "";
    store.files.delete(path);
    if (bytes !== undefined) store.files.set(path, bytes);
    await expect(Ledger.read(log)).rejects.toMatchObject({ code });
  });
});

async function pendingAfter(books: Awaited<ReturnType<typeof openBooks>>, digit: string) {
  await recordDecision(admission(digit), books);
  const pending = books.ledger.pendingOf(gate);
  if (pending === undefined) throw new TypeError("nothing is pending");
  return pending;
}
