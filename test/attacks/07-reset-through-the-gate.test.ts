import { beforeEach, describe, expect, it } from "vitest";
import { createPerson, unsigned } from "../../src/demo/people.ts";
import type { Committer } from "../../src/demo/repository.ts";
import { formatResetMessage, type ResetBinding, resetTagPrefix } from "../../src/trust/index.ts";
import { codesOf } from "../support/codes.ts";
import { type Flow, useFlows } from "../support/flow.ts";
import { readEntries } from "../support/log-entries.ts";
import { deleteRef, pushTag } from "../support/tags.ts";
import { signer } from "../support/world.ts";

const openFlow = useFlows();
const GATE = { namespace: "payments", name: "payments" };
const bob = createPerson("bob");
let flow: Flow;
let one: string;
let two: string;
/** What a way back has to be about. */
let binding: ResetBinding;

async function configure(reset: object | undefined, trust: object = {}): Promise<void> {
  const { world } = flow;
  await world.configure({
    trust: {
      signers: [signer(world.alice, {}, ["developer", "releaser"]), signer(bob, {}, ["releaser"])],
      history: { start: "root", ...(reset && { reset }) },
      ...trust,
    },
  });
}

async function lastAdmission(): Promise<ResetBinding> {
  const last = (await readEntries(flow.store)).findLast(
    ({ entry }) => entry.kind === "decision" && entry.decision.verdict === "admit",
  );
  if (last?.entry.kind !== "decision") throw new TypeError("something was admitted");
  const { index, leafHash } = last;
  return { gate: GATE, from: last.entry.decision.source.revision, entry: { index, leafHash } };
}

/** A branch of two commits, both admitted, that is then forced back to the first. */
beforeEach(async () => {
  flow = await openFlow();
  await configure({ role: "releaser" });
  one = await flow.world.push({ message: "one" });
  await flow.run();
  two = await flow.world.push({ message: "two", tree: flow.world.tree(2) });
  await flow.run();
  binding = await lastAdmission();
  await flow.world.repository.push(one);
});

interface Reset {
  readonly by?: Committer;
  readonly to?: string;
  readonly name?: string;
  readonly says?: string;
  readonly about?: ResetBinding;
}

/** Where the gate looks for them, whatever they say. */
async function reset({ by = bob, to = one, name = by.name, says, about = binding }: Reset = {}) {
  const place = `${resetTagPrefix(binding)}${name}`.slice("refs/tags/".length);
  const message = formatResetMessage("two was a mistake", about).trimEnd();
  await pushTag(flow.world, { name: place, target: to, by, message, ...(says && { says }) });
}

async function codes(): Promise<string[]> {
  return codesOf((await flow.run()).decision);
}

describe("a gate that is taken back by who may", () => {
  it("goes on from there, and says who did it", async () => {
    expect(await codes()).toEqual(["verify HISTORY_REWRITTEN"]);
    await reset();
    const { decision, outcome } = await flow.run();
    expect(decision).toMatchObject({
      verdict: "admit",
      source: { head: one, base: one },
      reset: { from: two, to: one, records: [{ signer: "bob", code: null }] },
    });
    expect(outcome).toBe("applied");
    expect(await flow.replicas()).toEqual([1]);
    const recorded = (await readEntries(flow.store))[decision.entry.index]?.entry;
    expect(recorded?.kind === "decision" && recorded.decision.reset).toMatchObject({
      from: two,
      entry: binding.entry.index,
      signers: [{ name: "bob" }],
    });
    expect(await flow.run()).toMatchObject({ news: false });
  });

  it("judges what came since, commit by commit", async () => {
    await reset();
    const { world } = flow;
    await world.commit({ parent: one, by: unsigned(world.alice), message: "nobody's" });
    await world.push({ message: "three", tree: world.tree(3) });
    expect(await codes()).toEqual(["verify UNSIGNED"]);
    await world.push({ parent: one, message: "three", tree: world.tree(3) });
    expect((await flow.run()).decision).toMatchObject({ verdict: "admit", source: { base: one } });
    expect(await flow.replicas()).toEqual([3]);
  });

  it("is not taken back twice by one tag", async () => {
    await reset();
    expect(await codes()).toEqual([]);
    await flow.world.repository.push(two);
    expect(await codes()).toEqual([]); // two descends from one
    await flow.world.repository.push(one);
    expect(await codes()).toEqual(["verify HISTORY_REWRITTEN"]);
    expect(await flow.replicas()).toEqual([2]);
    // Nor where somebody puts it where the gate looks now.
    const before = binding;
    binding = await lastAdmission();
    await reset({ about: before });
    expect(await codes()).toEqual(["verify HISTORY_REWRITTEN", "verify RESET_FOR_ANOTHER"]);
    await reset();
    expect(await codes()).toEqual([]);
  });

  it("takes as many people as the policy says, and keys of one person are one", async () => {
    await configure({ role: "releaser", count: 2 });
    await reset();
    await reset({ name: "bob-again" });
    expect(await codes()).toEqual(["verify HISTORY_REWRITTEN", "verify RESET_INCOMPLETE"]);
    await reset({ by: flow.world.alice });
    expect(await codes()).toEqual([]);
    expect(await flow.replicas()).toEqual([1]);
  });

  it("goes where one commit is meant, not where two are", async () => {
    const root = await flow.world.commit({ parent: null, message: "root", tree: flow.world.tree(4) });
    await reset();
    await reset({ by: flow.world.alice, to: root });
    expect(await codes()).toEqual(["verify HISTORY_REWRITTEN", "verify RESET_AMBIGUOUS"]);
    await deleteRef(flow.world, `${resetTagPrefix(binding)}alice`);
    expect(await codes()).toEqual([]);
  });
});

describe("attack 7: a gate that is taken back by who may not", () => {
  it.each<[string, () => Reset, string]>([
    ["nobody signed", () => ({ by: unsigned(bob) }), "UNSIGNED"],
    ["a stranger signed", () => ({ by: flow.world.mallory }), "UNKNOWN_KEY"],
    ["it is of another name", () => ({ says: "v1" }), "TAG_NAME_MISMATCH"],
    [
      "it is of another gate",
      () => ({ about: { ...binding, gate: { ...GATE, name: "other" } } }),
      "RESET_FOR_ANOTHER",
    ],
    ["it is from another commit", () => ({ about: { ...binding, from: one } }), "RESET_FOR_ANOTHER"],
    [
      "it is from another entry",
      () => ({ about: { ...binding, entry: { ...binding.entry, index: 0 } } }),
      "RESET_FOR_ANOTHER",
    ],
    [
      "it is of another log",
      () => ({ about: { ...binding, entry: { ...binding.entry, leafHash: "0".repeat(64) } } }),
      "RESET_FOR_ANOTHER",
    ],
  ])("%s", async (_, change, code) => {
    await reset(change());
    expect(await codes()).toEqual(["verify HISTORY_REWRITTEN", `verify ${code}`]);
    expect(await flow.replicas()).toEqual([2]);
    await reset({ name: change().by?.name ?? "bob" });
    expect(await codes()).toEqual([]);
  });

  it("somebody without the role", async () => {
    await configure({ role: "developer" });
    await reset();
    expect(await codes()).toEqual(["verify HISTORY_REWRITTEN", "verify RESET_NOT_ALLOWED"]);
    await reset({ by: flow.world.alice });
    expect(await codes()).toEqual([]);
  });

  it("with a key that has expired since", async () => {
    const { world } = flow;
    const signers = (validBefore: string) => ({
      signers: [signer(world.alice), signer(bob, { validBefore }, ["releaser"])],
    });
    await reset();
    await configure({ role: "releaser" }, signers("2026-01-01"));
    expect(await codes()).toEqual(["verify HISTORY_REWRITTEN", "verify KEY_EXPIRED"]);
    await configure({ role: "releaser" }, signers("2126-01-01"));
    expect(await codes()).toEqual([]);
  });

  it("where the policy lets nobody", async () => {
    await configure(undefined);
    await reset();
    expect(await codes()).toEqual(["verify HISTORY_REWRITTEN"]);
    await configure({ role: "releaser" });
    expect(await codes()).toEqual([]);
  });

  it("to a commit that the branch does not go on from", async () => {
    await reset({ to: await flow.world.commit({ parent: one, message: "beside" }) });
    expect(await codes()).toEqual(["verify HISTORY_REWRITTEN"]);
    await reset();
    expect(await codes()).toEqual([]);
  });
});
