import { beforeEach, describe, expect, it } from "vitest";
import { codesOf } from "../support/codes.ts";
import { type Flow, useFlows } from "../support/flow.ts";
import { pushRef, pushTag } from "../support/tags.ts";

const openFlow = useFlows();
let flow: Flow;
let one: string;
let two: string;
let genuine: string;

/** A gate that follows `v1`, which Alice made and signed; the repository also has her later commit. */
beforeEach(async () => {
  flow = await openFlow();
  const { world } = flow;
  await world.configure({ gate: { source: { git: { url: world.url, ref: { tag: "v1" } } } } });
  one = await world.push({ message: "one" });
  two = await world.push({ message: "two", tree: world.tree(2) });
  genuine = await pushTag(world, { name: "v1", target: one });
  expect(codesOf((await flow.run()).decision)).toEqual([]);
});

async function expectRefused(code: string): Promise<void> {
  expect(codesOf((await flow.run()).decision)).toEqual([`verify ${code}`]);
  expect(await flow.replicas()).toEqual([1]);
}

describe("attack 6: the ref of a signed tag is moved", () => {
  it("to another of Alice's tags", async () => {
    const other = await pushTag(flow.world, { name: "v2", target: two });
    await pushRef(flow.world, "refs/tags/v1", other);
    await expectRefused("TAG_NAME_MISMATCH");
  });

  it("to a commit, with no tag in between", async () => {
    await pushRef(flow.world, "refs/tags/v1", two);
    await expectRefused("LIGHTWEIGHT_TAG");
  });

  it("to a tag of the tag that she signed", async () => {
    await pushTag(flow.world, { name: "v1", target: genuine, type: "tag" });
    await expectRefused("NESTED_TAG");
  });

  it("to a stranger's tag of her commit", async () => {
    await pushTag(flow.world, { name: "v1", target: two, by: flow.world.mallory });
    await expectRefused("UNKNOWN_KEY");
  });

  it("(the honest twin: Alice makes it again, on what comes later)", async () => {
    await pushTag(flow.world, { name: "v1", target: two });
    expect(codesOf((await flow.run()).decision)).toEqual([]);
    expect(await flow.replicas()).toEqual([2]);
  });
});

describe("attack 7: a signed tag is taken back", () => {
  it("to the commit that it named before", async () => {
    await pushTag(flow.world, { name: "v1", target: two });
    await flow.run();
    await pushRef(flow.world, "refs/tags/v1", genuine);
    expect(codesOf((await flow.run()).decision)).toEqual(["verify HISTORY_REWRITTEN"]);
    expect(await flow.replicas()).toEqual([2]);
  });
});
