import { rm } from "node:fs/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { requireEvidence } from "../../../src/audit/evidence.ts";
import { unsigned } from "../../../src/demo/people.ts";
import { codesOf } from "../../support/codes.ts";
import { type Flow, useFlows } from "../../support/flow.ts";
import { readEntries } from "../../support/log-entries.ts";
import { deleteRef, pushTag } from "../../support/tags.ts";
import { signer, type World } from "../../support/world.ts";

const openFlow = useFlows();
let flow: Flow;
let world: World;

beforeEach(async () => {
  flow = await openFlow();
  world = flow.world;
});

async function follow(ref: object, trust: object = {}): Promise<void> {
  await world.configure({ gate: { source: { git: { url: world.url, ref } } }, trust });
}

async function refusals(): Promise<string[]> {
  return codesOf((await flow.run()).decision);
}

describe("a gate that follows a tag", () => {
  it("admits its commit, and says which tag, signed by whom", async () => {
    await follow({ tag: "v1" });
    const head = await world.push({ message: "one" });
    const oid = await pushTag(world, { name: "v1", target: head });
    await world.push({ message: "later", tree: world.tree(2) });
    const { decision } = await flow.run();
    expect(decision).toMatchObject({ verdict: "admit", source: { ref: "refs/tags/v1", head, tag: oid } });
    expect(await flow.replicas()).toEqual([1]);
    const [entry] = await readEntries(flow.store);
    if (entry?.entry.kind !== "decision") throw new TypeError("the first entry is the decision");
    expect(entry.entry.decision.source).toMatchObject({ ref: "refs/tags/v1", revision: head, tag: oid });
    const evidence = JSON.parse(
      Buffer.from(await requireEvidence(flow.store, entry.entry.decision.evidence)).toString(),
    );
    expect(evidence.tag).toMatchObject({ ref: "refs/tags/v1", oid, verdict: "verified", signer: "alice" });
    expect((await flow.run()).news).toBe(false);
  });

  it("refuses one that nobody signed, or a stranger, or a person without a role that may commit", async () => {
    const bob = { ...world.mallory, name: "bob" };
    await follow({ tag: "v1" }, { signers: [signer(world.alice), signer(bob, {}, ["auditor"])] });
    const target = await world.push({ message: "one" });
    await pushTag(world, { name: "v1", target, by: unsigned(world.alice) });
    expect(await refusals()).toEqual(["verify UNSIGNED"]);
    await pushTag(world, { name: "v1", target, by: bob });
    expect(await refusals()).toEqual(["verify ROLE_MISSING"]);
    await follow({ tag: "v1" });
    expect(await refusals()).toEqual(["verify UNKNOWN_KEY"]);
    await pushTag(world, { name: "v1", target });
    expect(await refusals()).toEqual([]);
  });

  it("puts back what it let in, where the tag is refused by now and somebody changed the target", async () => {
    await follow({ tag: "v1" });
    const target = await world.push({ message: "one" });
    await pushTag(world, { name: "v1", target });
    await flow.run();
    await pushTag(world, { name: "v1", target, by: unsigned(world.alice) });
    await rm(world.out);
    const { decision, outcome } = await flow.run();
    expect({ codes: codesOf(decision), outcome }).toEqual({ codes: ["verify UNSIGNED"], outcome: "applied" });
    expect(await flow.replicas()).toEqual([1]);
  });

  it("refuses commits behind a good tag that nobody signed", async () => {
    await follow({ tag: "v1" });
    await world.commit({ by: unsigned(world.alice), message: "nobody's" });
    const target = await world.push({ message: "one", tree: world.tree(2) });
    await pushTag(world, { name: "v1", target });
    expect(await refusals()).toEqual(["verify UNSIGNED"]);
  });
});

describe("a gate that follows a range of versions", () => {
  it("goes up with the highest, and not back down", async () => {
    await follow({ semver: "1.x" });
    const one = await world.push({ message: "one" });
    await pushTag(world, { name: "v1.9.0", target: one });
    expect((await flow.run()).decision.source.ref).toBe("refs/tags/v1.9.0");
    const two = await world.push({ message: "two", tree: world.tree(2) });
    await pushTag(world, { name: "v1.10.0", target: two });
    expect((await flow.run()).decision.source).toMatchObject({ ref: "refs/tags/v1.10.0", base: one });
    expect(await flow.replicas()).toEqual([2]);
    await deleteRef(world, "refs/tags/v1.10.0");
    expect(await refusals()).toEqual(["verify HISTORY_REWRITTEN"]);
    await rm(world.state, { recursive: true }); // what it remembers is the log's, not the caches'
    expect(await refusals()).toEqual(["verify HISTORY_REWRITTEN"]);
    expect(await flow.replicas()).toEqual([2]);
  });

  it("does not pass over the highest for one that is in order", async () => {
    await follow({ semver: "1.x" });
    const one = await world.push({ message: "one" });
    await pushTag(world, { name: "v1.0.0", target: one });
    await pushTag(world, { name: "v1.1.0", target: one, by: unsigned(world.alice) });
    expect(await refusals()).toEqual(["verify UNSIGNED"]);
    await deleteRef(world, "refs/tags/v1.1.0");
    expect(await refusals()).toEqual([]);
  });
});

describe("a gate that is given a commit", () => {
  it("stays there, goes on to a later one, and not back", async () => {
    const one = await world.push({ message: "one" });
    const two = await world.push({ message: "two", tree: world.tree(2) });
    await world.push({ message: "three", tree: world.tree(3) });
    await follow({ commit: one });
    expect((await flow.run()).decision).toMatchObject({ verdict: "admit", source: { ref: one, head: one } });
    await follow({ commit: two });
    expect((await flow.run()).decision).toMatchObject({ verdict: "admit", source: { head: two, base: one } });
    expect(await flow.replicas()).toEqual([2]);
    await follow({ commit: one });
    expect(await refusals()).toEqual(["verify HISTORY_REWRITTEN"]);
  });
});
