import { rm } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { unsigned } from "../../src/demo/people.ts";
import { codesOf } from "../support/codes.ts";
import { type Flow, useFlows } from "../support/flow.ts";

const openFlow = useFlows();
let flow: Flow;
let one: string;
let two: string;

beforeEach(async () => {
  flow = await openFlow();
  one = await flow.world.push({ message: "one" });
  await flow.run();
  two = await flow.world.push({ message: "two", tree: flow.world.tree(2) });
  await flow.run();
});

async function expectRefused(): Promise<void> {
  const { decision } = await flow.run();
  expect(codesOf(decision)).toEqual(["verify HISTORY_REWRITTEN"]);
  expect(await flow.replicas()).toEqual([2]);
}

describe("attack 7: a branch taken back to what was signed, and admitted, once", () => {
  it("is refused, and what was admitted last stays", async () => {
    await flow.world.repository.push(one);
    await expectRefused();
    await flow.world.repository.push(two);
    expect(await flow.run()).toMatchObject({ decision: { verdict: "admit" }, news: false });
  });

  it("is refused also by a gate whose caches and git objects were deleted", async () => {
    await rm(join(flow.world.state), { recursive: true });
    await flow.world.repository.push(one);
    await expectRefused();
  });

  it("is refused where the branch is forced to another commit on the older one", async () => {
    await flow.world.push({ parent: one, message: "beside", tree: flow.world.tree(3) });
    await expectRefused();
  });

  it("is refused where the branch is forced to a new root", async () => {
    await flow.world.push({ parent: null, message: "root", tree: flow.world.tree(3) });
    await expectRefused();
  });

  it("(the honest twin: a new commit that restores the older tree)", async () => {
    await flow.world.push({ parent: two, message: "revert", tree: flow.world.tree(1) });
    expect(await flow.run()).toMatchObject({ outcome: "applied" });
    expect(await flow.replicas()).toEqual([1]);
  });
});

describe("attack 7 where the policy lets history be rewritten", () => {
  const rewritable = { trust: { history: { start: "root", fastForwardOnly: false } } };

  it("the branch may go beside what was admitted, with commits that are verified", async () => {
    await flow.world.configure(rewritable);
    await flow.world.push({ parent: one, message: "beside", tree: flow.world.tree(3) });
    expect(codesOf((await flow.run()).decision)).toEqual([]);
    expect(await flow.replicas()).toEqual([3]);
  });

  it("but not with one that is not signed", async () => {
    const { world } = flow;
    await world.configure(rewritable);
    await world.push({ parent: one, by: unsigned(world.alice), message: "beside", tree: world.tree(3) });
    expect(codesOf((await flow.run()).decision)).toEqual(["verify UNSIGNED"]);
    expect(await flow.replicas()).toEqual([2]);
  });

  it("and not back, where no commit is left to be verified", async () => {
    await flow.world.configure(rewritable);
    await flow.world.repository.push(one);
    await expectRefused();
  });
});
