import { describe, expect, it } from "vitest";
import { openBooks } from "../../test/support/books.ts";
import { FaultyStore } from "../../test/support/faulty-store.ts";
import { admission, commit, denial, found, NOW } from "../../test/support/findings.ts";
import { type AuditEntry, parseEntry } from "../audit/index.ts";
import { sha256 } from "../digest.ts";
import { toEvidence } from "./evidence.ts";
import { type Books, recordDecision, recordOutcome, recordRemoval } from "./record.ts";

const { gate } = found;

async function entriesOf({ log }: Books): Promise<AuditEntry[]> {
  return await Array.fromAsync(log.entries(), ({ bytes }) => {
    const entry = parseEntry(bytes);
    if (!entry.ok) throw new TypeError("the log holds something else");
    return entry.value;
  });
}

/** As `admit a`, `deny b` or `superseded 0`: what was decided about which commit, what became of which entry. */
async function storyOf(books: Books): Promise<string[]> {
  return (await entriesOf(books)).map((entry) =>
    entry.kind === "decision"
      ? `${entry.decision.verdict} ${entry.decision.source.revision.at(0)}`
      : `${entry.outcome.result} ${entry.outcome.decision.index}`,
  );
}

function pendingIn({ ledger }: Books) {
  const pending = ledger.pendingOf(gate);
  if (pending === undefined) throw new TypeError("nothing is pending");
  return pending;
}

describe("recording a decision", () => {
  it.each([
    ["an admission", admission()],
    ["a denial", denial()],
  ])("%s is in the log, with its evidence, when it is given back", async (_, decision) => {
    await using books = await openBooks();
    const recorded = await recordDecision(decision, books);
    const [entry] = await entriesOf(books);
    expect(entry).toMatchObject({
      kind: "decision",
      decision: {
        gate,
        verdict: decision.verdict,
        decidedAt: NOW,
        trust: found.trust,
        policies: found.policies,
      },
    });
    const evidence = entry?.kind === "decision" ? entry.decision.evidence : "sha256:";
    expect(Buffer.from(await books.log.readEvidence(evidence))).toEqual(toEvidence(decision));
    expect(recorded).toEqual({
      ...decision,
      entry: { index: 0, leafHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it("says who signed, how many commits and with which key", async () => {
    const records = [commit, commit, { ...commit, signer: "bob", key: "SHA256:bob" }];
    await using books = await openBooks();
    await recordDecision(admission("a", { verify: { ...found.verify, records } }), books);
    const signers = [
      { name: "alice", key: "SHA256:alice", commits: 2 },
      { name: "bob", key: "SHA256:bob", commits: 1 },
    ];
    expect(await entriesOf(books)).toMatchObject([{ decision: { signers } }]);
  });

  it("names the trust before, where that was another, and only then", async () => {
    const other = { ...found.trust, digest: sha256("other") };
    await using books = await openBooks();
    for (const [commit, trust] of [
      ["a", found.trust],
      ["b", found.trust],
      ["c", other],
      ["d", other],
      ["e", { ...other, name: "renamed" }],
    ] as const)
      await recordDecision(denial(commit, { trust }), books);
    await recordDecision(denial("f", { gate: { ...gate, name: "test" } }), books);
    const trusts = (await entriesOf(books)).map((each) => each.kind === "decision" && each.decision.trust);
    expect(trusts).toEqual([
      found.trust,
      found.trust,
      { ...other, previous: found.trust },
      other,
      { ...other, name: "renamed", previous: other },
      found.trust,
    ]);
    const last = (await entriesOf(books))[2];
    const evidence = last?.kind === "decision" ? last.decision.evidence : "sha256:";
    expect(JSON.parse(Buffer.from(await books.log.readEvidence(evidence)).toString())).toMatchObject({
      trust: { ...other, previous: found.trust },
    });
  });

  it("settles the admission before it, if that was never carried out", async () => {
    await using books = await openBooks();
    for (const decision of [admission("a"), admission("b"), denial("c")])
      await recordDecision(decision, books);
    expect(await storyOf(books)).toEqual(["admit a", "superseded 0", "admit b", "superseded 2", "deny c"]);
  });

  it("leaves alone what was carried out, what was denied and other gates", async () => {
    await using books = await openBooks();
    await recordDecision(admission("a"), books);
    await recordOutcome(pendingIn(books), { result: "applied", message: "", at: NOW }, books);
    await recordDecision(denial("b"), books);
    await recordDecision(admission("c"), books);
    await recordDecision(admission("d", { gate: { ...gate, name: "test" } }), books);
    expect(await storyOf(books)).toEqual(["admit a", "applied 0", "deny b", "admit c", "admit d"]);
  });

  it("says once that what was admitted is removed, also of what was never carried out; and nothing of a gate without", async () => {
    await using books = await openBooks();
    const removal = { pruned: ["v1 ConfigMap a/b"], message: "the gate is deleted", at: NOW };
    await recordRemoval(gate, removal, books);
    await recordDecision(admission("a"), books);
    await recordRemoval({ ...gate, name: "test" }, removal, books);
    for (let tries = 0; tries < 2; tries++) await recordRemoval(gate, removal, books);
    expect(await storyOf(books)).toEqual(["admit a", "removed 0"]);
    await recordDecision(admission("a"), books);
    await recordOutcome(pendingIn(books), { result: "applied", message: "", at: NOW }, books);
    await recordRemoval(gate, removal, books);
    expect((await storyOf(books)).slice(2)).toEqual(["admit a", "applied 2", "removed 2"]);
    const last = (await entriesOf(books)).at(-1);
    expect(last).toMatchObject({ outcome: { pruned: { total: 1, first: removal.pruned } } });
  });

  it.each([
    ["evidence", "UNWRITABLE"],
    ["tile/entries", "NOT_RECORDED"],
    ["tile/0", "NOT_RECORDED"],
    ["pending", "IN_DOUBT"],
    ["checkpoint", "IN_DOUBT"],
  ])("fails where %s cannot be written", async (path, code) => {
    const store = new FaultyStore();
    await using books = await openBooks(store);
    store.failOnce("ENOSPC", path);
    await expect(recordDecision(admission(), books)).rejects.toMatchObject({ code });
    expect(store.failed).toContain(path);
    expect(books.ledger.historyOf(gate).last).toBeUndefined();
  });
});

describe("recording an outcome", () => {
  it("says which decision it is of, of what, and when", async () => {
    await using books = await openBooks();
    const { manifests, entry } = await recordDecision(admission(), books);
    await recordOutcome(pendingIn(books), { result: "applied", message: "well", at: NOW + 5 }, books);
    expect((await entriesOf(books))[1]).toMatchObject({
      kind: "outcome",
      outcome: {
        gate,
        decision: entry,
        manifests: manifests.digest,
        result: "applied",
        message: "well",
        observedAt: NOW + 5,
      },
    });
  });

  it("is for what was admitted only", async () => {
    await using books = await openBooks();
    await recordDecision(denial(), books);
    const { last } = books.ledger.historyOf(gate);
    if (last === undefined) throw new TypeError("the denial is in the log");
    const note = { result: "applied", message: "", at: NOW } as const;
    await expect(recordOutcome(last, note, books)).rejects.toThrow(TypeError);
    expect(await storyOf(books)).toEqual(["deny a"]);
  });
});
