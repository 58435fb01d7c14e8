import { beforeEach, describe, expect, it } from "vitest";
import { unsigned } from "../../src/demo/people.ts";
import { codesOf } from "../support/codes.ts";
import { type Flow, useFlows } from "../support/flow.ts";
import type { World } from "../support/world.ts";

const openFlow = useFlows();
let flow: Flow;
let world: World;
/** The commit that was applied last. */
let one: string;

beforeEach(async () => {
  flow = await openFlow();
  world = flow.world;
  one = await world.push({ message: "one" });
  await flow.run();
});

describe("attack 4: an unsigned commit below a signed head", () => {
  it.each([
    ["in the middle of a range", false, ["verify UNSIGNED"], 1],
    ["in the middle of a range (the honest twin: signed)", true, [], 2],
  ])("%s", async (_, signed, codes, replicas) => {
    await world.commit({ tree: world.tree(2) });
    const middle = await world.commit({
      by: signed ? world.alice : unsigned(world.alice),
      tree: world.tree(5),
    });
    await world.push({ message: "three", tree: world.tree(2) });
    const { decision } = await flow.run();
    expect(codesOf(decision)).toEqual(codes);
    expect(decision.commits.map(({ oid }) => oid)).toContain(middle);
    expect(await flow.replicas()).toEqual([replicas]);
  });

  it.each([
    ["brought in by a merge's second parent", false, ["verify UNSIGNED"], 1],
    ["brought in by a merge's second parent (the honest twin: signed)", true, [], 3],
  ])("%s", async (_, signed, codes, replicas) => {
    const tree = world.tree(3);
    const side = await world.commit({
      by: signed ? world.alice : unsigned(world.alice),
      parent: one,
      message: "side",
      tree,
    });
    await world.push({ parent: one, merged: [side], message: "merge", tree });
    const { decision } = await flow.run();
    expect(codesOf(decision)).toEqual(codes);
    expect(decision.commits.map(({ summary }) => summary)).toEqual(["merge", "side"]);
    expect(await flow.replicas()).toEqual([replicas]);
  });
});
