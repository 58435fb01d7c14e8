import { describe, expect, it } from "vitest";
import { createPerson } from "../../src/demo/people.ts";
import { codesOf } from "../support/codes.ts";
import { useFlows } from "../support/flow.ts";
import { NO_MORE_THAN_FIVE } from "../support/policies.ts";
import { signer } from "../support/world.ts";

const openFlow = useFlows();
const HOUR = 60 * 60 * 1000;
const bob = createPerson("bob");

/** A flow in a world where Bob may sign too, and one change of his was applied. */
async function openWithBob(key: object = {}) {
  const flow = await openFlow();
  const { world } = flow;
  await world.configure({ trust: { signers: [signer(world.alice), signer(bob, key)] } });
  await world.push({ by: bob, message: "one" });
  await flow.run();
  expect(await flow.story()).toEqual(["admit one", "applied 0"]);
  return { flow, world };
}

describe("attack 8: a key that was trusted yesterday signs a new commit", () => {
  it.each([
    ["after it was taken out of the policy", true, ["verify UNKNOWN_KEY"], 1],
    ["(the honest twin: it stays in the policy)", false, [], 2],
  ])("%s", async (_, removed, codes, replicas) => {
    const { flow, world } = await openWithBob();
    if (removed) await world.configure();
    await world.push({ by: bob, message: "two", tree: world.tree(2) });
    expect(codesOf((await flow.run()).decision)).toEqual(codes);
    expect(await flow.replicas()).toEqual([replicas]);
  });

  it.each([
    ["and the gate looks when it has expired", 0, ["verify KEY_EXPIRED"], 1],
    ["(the honest twin: the gate looks the second before)", -1000, [], 2],
  ])("%s", async (_, sinceExpiry, codes, replicas) => {
    const expires = Math.floor(Date.now() / 1000) * 1000 + HOUR;
    const { flow, world } = await openWithBob({ validBefore: new Date(expires).toISOString() });
    await world.push({ by: bob, message: "two", tree: world.tree(2) });
    expect(codesOf((await flow.run({ now: expires + sinceExpiry })).decision)).toEqual(codes);
    expect(await flow.replicas()).toEqual([replicas]);
  });

  it("before it is valid; which no later look makes good", async () => {
    const flow = await openFlow();
    const { world } = flow;
    const opens = Date.now() + HOUR;
    const validAfter = new Date(opens).toISOString();
    await world.configure({ trust: { signers: [signer(world.alice), signer(bob, { validAfter })] } });
    await world.push({ by: bob, message: "one" });
    expect(codesOf((await flow.run()).decision)).toEqual(["verify KEY_NOT_YET_VALID"]);
    expect(await flow.run({ now: opens + HOUR })).toMatchObject({
      decision: { verdict: "deny" },
      news: false,
    });
  });
});

describe("a change of what decides, with the same commit", () => {
  it("is decided again: policies", async () => {
    const flow = await openFlow();
    const { world } = flow;
    await world.push({ message: "four", tree: world.tree(4) });
    expect(await flow.run()).toMatchObject({ outcome: "applied" });
    await world.configure({ policies: { "limits.rego": NO_MORE_THAN_FIVE.replace("> 5", "> 3") } });
    const { decision, news } = await flow.run();
    expect(codesOf(decision)).toEqual(["evaluate POLICY_DENIED"]);
    expect(news).toBe(true);
    expect(await flow.replicas()).toEqual([4]);
    await world.configure();
    expect(await flow.run()).toMatchObject({ decision: { entry: { index: 0 } }, news: false });
    expect(await flow.story()).toEqual(["admit four", "applied 0", "deny four"]);
  });

  it("is decided again: trust", async () => {
    const { flow, world } = await openWithBob();
    await world.configure();
    expect(await flow.run()).toMatchObject({
      decision: { verdict: "admit" },
      news: true,
      outcome: "applied",
    });
    expect(await flow.story()).toEqual(["admit one", "applied 0", "admit one", "applied 2"]);
    expect(await flow.run()).toMatchObject({ news: false });
  });
});
