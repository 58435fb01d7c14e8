import { describe, expect, it } from "vitest";
import type { Committer } from "../../src/demo/repository.ts";
import { HOUR } from "../integration/commits/objects.ts";
import { allWays, specOf } from "../integration/commits/ways.ts";
import { codesOf } from "../support/codes.ts";
import { useFlows } from "../support/flow.ts";
import { signer } from "../support/world.ts";

const openFlow = useFlows();
const TODAY = Math.floor(Date.now() / 1000) * 1000;
const ways = (await allWays(TODAY)).filter(([name]) => name !== "ssh");

/** Whoever was trusted for yesterday's change, whichever way they sign, is asked for again today. */
describe.each(ways)("attack 8: somebody who signs with %s", (_, way) => {
  const by: Committer = { name: "Alice", email: "alice@bank.example", sign: (payload) => way.sign(payload) };
  const now = Math.max(TODAY, way.now - HOUR) + 60_000;

  /** A flow in which one change of hers was applied. */
  async function openWithHer(spec: object) {
    const flow = await openFlow();
    const { world } = flow;
    await world.configure({ trust: spec });
    await world.push({ by, message: "one" });
    await flow.run({ now });
    expect(await flow.story()).toEqual(["admit one", "applied 0"]);
    await world.push({ by, message: "two", tree: world.tree(2) });
    return { flow, world };
  }

  it.each([
    ["was taken out of the policy", true, [`verify ${way.unknown}`], 1],
    ["stays in it (the honest twin)", false, [], 2],
  ])("and %s", async (__, removed, codes, replicas) => {
    const { flow, world } = await openWithHer(specOf(way));
    if (removed) await world.configure({ trust: { ...specOf(way), signers: [signer(world.alice)] } });
    expect(codesOf((await flow.run({ now })).decision)).toEqual(codes);
    expect(await flow.replicas()).toEqual([replicas]);
  });

  it.each([
    ["whose window has closed", 0, ["verify KEY_EXPIRED"], 1],
    ["whose window closes in a second (the honest twin)", -1000, [], 2],
  ])("and %s", async (__, sinceExpiry, codes, replicas) => {
    const expires = now + HOUR;
    const { flow } = await openWithHer(specOf(way, { validBefore: expires }));
    expect(codesOf((await flow.run({ now: expires + sinceExpiry })).decision)).toEqual(codes);
    expect(await flow.replicas()).toEqual([replicas]);
  });
});
