import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Tree } from "../../src/demo/repository.ts";
import type { GitObject } from "../../src/git/index.ts";
import { codesOf } from "../support/codes.ts";
import { type Flow, useFlows } from "../support/flow.ts";
import { pushTag } from "../support/tags.ts";

/**
 * Nobody has published a pair that collides with git's header before it: one would cost tens of thousands of dollars
 * of computing. So what has this in it counts as half of one here; that halves are found is shown by the pairs that
 * there are, in 11-colliding-sha1.test.ts.
 */
const { CRAFTED } = vi.hoisted(() => ({ CRAFTED: "crafted-to-collide" }));

vi.mock("../../src/git/objects/name-object.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../src/git/objects/name-object.ts")>();
  return {
    nameObject: (object: GitObject) => {
      const crafted = Buffer.from(object.bytes).includes(CRAFTED);
      return { ...original.nameObject(object), ...(crafted && { collision: true }) };
    },
  };
});

const openFlow = useFlows();
let flow: Flow;

beforeEach(async () => {
  flow = await openFlow();
  await flow.world.push({ message: "one" });
  expect(await flow.run()).toMatchObject({ outcome: "applied" });
});

const treeWith = (path: string, content: string): Tree => new Map([...flow.world.tree(2), [path, content]]);

async function expectRefused(...codes: readonly string[]): Promise<void> {
  const { decision } = await flow.run();
  expect(codesOf(decision)).toEqual(codes);
  expect(await flow.replicas()).toEqual([1]);
}

describe("attack 11: an object that was crafted to have the name of another, signed in good faith", () => {
  it("is refused where it is the commit", async () => {
    await flow.world.push({ message: CRAFTED, tree: flow.world.tree(2) });
    await expectRefused("fetch SHA1_COLLISION");
  });

  it("is refused where it is a commit between two others", async () => {
    await flow.world.push({ message: CRAFTED, tree: flow.world.tree(2) });
    await flow.world.push({ message: "three", tree: flow.world.tree(3) });
    await expectRefused("verify SHA1_COLLISION");
  });

  it("is refused where it is a tree", async () => {
    await flow.world.push({ message: "two", tree: treeWith(`prod/${CRAFTED}.txt`, "") });
    await expectRefused("fetch SHA1_COLLISION");
  });

  it("is refused where it is a file, rendered or not", async () => {
    await flow.world.push({ message: "two", tree: treeWith("docs/notes.pdf", CRAFTED) });
    await expectRefused("fetch SHA1_COLLISION");
  });

  it("is refused where it is the tag that the gate follows", async () => {
    const { world } = flow;
    await world.configure({ gate: { source: { git: { url: world.url, ref: { tag: "v1" } } } } });
    const target = await world.push({ message: "two", tree: world.tree(2) });
    await pushTag(world, { name: "v1", target, message: CRAFTED });
    await expectRefused("verify SHA1_COLLISION");
    await pushTag(world, { name: "v1", target });
    expect(codesOf((await flow.run()).decision)).toEqual([]);
  });

  it("is refused where it was, and is no more: what two commits changed rests on that tree", async () => {
    const rule = { paths: ["prod/**"], signedBy: { role: "developer" } };
    await flow.world.configure({ trust: { commits: [rule] } });
    await flow.world.push({ message: "two", tree: treeWith(`prod/${CRAFTED}.txt`, "") });
    await flow.world.push({ message: "three", tree: flow.world.tree(3) });
    await expectRefused("verify SHA1_COLLISION", "verify SHA1_COLLISION");
  });

  it("(the honest twin: the same without it)", async () => {
    await flow.world.push({ message: "two", tree: treeWith("docs/notes.pdf", "crafted") });
    expect(await flow.run()).toMatchObject({ outcome: "applied" });
    expect(await flow.replicas()).toEqual([2]);
  });
});
