import { appendFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { MemoryStore } from "../../../src/audit/index.ts";
import { unsigned } from "../../../src/demo/people.ts";
import { type Flow, useFlows } from "../../support/flow.ts";
import { readTarget } from "../../support/invariants.ts";
import { NOTHING_PASSES } from "../../support/policies.ts";
import type { World } from "../../support/world.ts";

const openFlow = useFlows();
let flow: Flow;
let world: World;

beforeEach(async () => {
  flow = await openFlow();
  world = flow.world;
});

describe("a change that is in order", () => {
  it("is recorded, applied, and settled; and that is all, however often the gate looks", async () => {
    await world.push({ message: "one" });
    const first = await flow.run();
    expect(first).toMatchObject({
      decision: { verdict: "admit", entry: { index: 0 } },
      news: true,
      outcome: "applied",
    });
    for (let again = 0; again < 2; again++) {
      const { decision, news, outcome } = await flow.run();
      expect({ verdict: decision.verdict, entry: decision.entry.index, news, outcome }).toEqual({
        verdict: "admit",
        entry: 0,
        news: false,
        outcome: undefined,
      });
    }
    expect(await flow.story()).toEqual(["admit one", "applied 0"]);
  });

  it("is written pinned to the digest that was verified", async () => {
    await world.push();
    const { decision } = await flow.run();
    const reference = decision.images[0]?.reference;
    expect(reference).toMatch(/\/payments\/api:1\.0\.0@sha256:[0-9a-f]{64}$/);
    expect(JSON.stringify((await readTarget(world.out))?.objects)).toContain(`"image":"${reference}"`);
  });

  it("follows the one before it, judged from there on", async () => {
    const one = await world.push({ message: "one" });
    await flow.run();
    await world.commit({ message: "in between" });
    await world.push({ message: "two", tree: world.tree(2) });
    const { decision } = await flow.run();
    expect(decision.source.base).toBe(one);
    expect(decision.commits.map(({ summary }) => summary)).toEqual(["two", "in between"]);
    expect(await flow.story()).toEqual(["admit one", "applied 0", "admit two", "applied 2"]);
    expect(await flow.replicas()).toEqual([2]);
  });

  it("may be a kustomization", async () => {
    const tree = new Map([
      ...world.tree(1),
      ["prod/kustomization.yaml", "resources: [app.yaml]\nnamePrefix: eu-\n"],
    ]);
    await world.push({ tree });
    expect(await flow.run()).toMatchObject({ outcome: "applied" });
    expect((await readTarget(world.out))?.objects).toMatchObject([{ metadata: { name: "eu-api" } }]);
  });
});

describe("a log that was cut back, or swapped for a new one", () => {
  it("rewinds nothing: the target remembers what was applied", async () => {
    const one = await world.push({ message: "one" });
    await flow.run();
    await world.push({ message: "two", tree: world.tree(2) });
    await flow.run();
    await world.repository.push(one);
    await expect(flow.run({ store: new MemoryStore() })).rejects.toMatchObject({ code: "LOG_BEHIND_TARGET" });
    expect(await flow.replicas()).toEqual([2]);
    expect(await flow.run()).toMatchObject({ decision: { reasons: [{ code: "HISTORY_REWRITTEN" }] } });
  });
});

describe("a change that is not in order", () => {
  it("is recorded once, and nothing is written", async () => {
    await world.push({ by: unsigned(world.alice), message: "one" });
    const first = await flow.run();
    expect(first).toMatchObject({ decision: { verdict: "deny" }, news: true });
    expect(first).not.toHaveProperty("outcome");
    expect(await flow.run()).toMatchObject({ decision: { entry: { index: 0 } }, news: false });
    expect(await flow.story()).toEqual(["deny one"]);
    expect(await readdir(world.folder)).not.toContain("out");
  });

  it("leaves in place what was admitted before it", async () => {
    await world.push({ message: "one" });
    await flow.run();
    await world.push({ message: "nine", tree: world.tree(9) });
    expect(await flow.run()).toMatchObject({ decision: { reasons: [{ code: "POLICY_DENIED" }] } });
    expect(await flow.replicas()).toEqual([1]);
    expect(await flow.story()).toEqual(["admit one", "applied 0", "deny nine"]);
  });

  it("is gone when the branch is back at what was admitted, and then there is nothing to say", async () => {
    const one = await world.push({ message: "one" });
    await flow.run();
    const nine = await world.push({ message: "nine", tree: world.tree(9) });
    await flow.run();
    await world.repository.push(one);
    expect(await flow.run()).toMatchObject({
      decision: { verdict: "admit", entry: { index: 0 } },
      news: false,
    });
    await world.repository.push(nine);
    expect(await flow.run()).toMatchObject({
      decision: { verdict: "deny", entry: { index: 2 } },
      news: false,
    });
    expect(await flow.story()).toEqual(["admit one", "applied 0", "deny nine"]);
  });

  it("does not stand in the way of a good one on what was admitted", async () => {
    const one = await world.push({ message: "one" });
    await flow.run();
    await world.push({ message: "unsigned", by: unsigned(world.alice) });
    await flow.run();
    await world.push({ message: "two", parent: one, tree: world.tree(2) });
    expect(await flow.run()).toMatchObject({ outcome: "applied" });
    expect(await flow.story()).toEqual(["admit one", "applied 0", "deny unsigned", "admit two", "applied 3"]);
  });

  it("stays in the way of what is built upon it", async () => {
    await world.push({ message: "one" });
    await flow.run();
    await world.push({ message: "unsigned", by: unsigned(world.alice) });
    await flow.run();
    await world.push({ message: "two" });
    expect(await flow.run()).toMatchObject({ decision: { reasons: [{ code: "UNSIGNED" }] } });
  });
});

describe("drift of the target", () => {
  const file = "payments/Deployment.apps_api.yaml";

  it.each<[string, (out: string) => Promise<void>]>([
    ["a file that was changed", (out) => appendFile(join(out, file), "# by hand\n")],
    ["a file more", (out) => writeFile(join(out, "payments/extra.yaml"), "a: 1\n")],
    ["a file less", (out) => rm(join(out, file))],
    ["the link removed", (out) => rm(out)],
  ])("is undone, decided and recorded: %s", async (_, drift) => {
    await world.push({ message: "one" });
    await flow.run();
    await drift(world.out);
    expect(await flow.run()).toMatchObject({
      decision: { entry: { index: 2 } },
      news: true,
      outcome: "applied",
    });
    expect(await flow.story()).toEqual(["admit one", "applied 0", "admit one", "applied 2"]);
    expect(await flow.run()).toMatchObject({ news: false });
    expect(await flow.replicas()).toEqual([1]);
  });

  describe("while the head is refused", () => {
    beforeEach(async () => {
      await world.push({ message: "one" });
      await flow.run();
      await world.push({ message: "two", by: world.mallory });
      await flow.run();
      expect(await flow.story()).toEqual(["admit one", "applied 0", "deny two"]);
    });

    it.each<[string, (out: string) => Promise<void>]>([
      ["an object that was changed", (out) => replaceIn(join(out, file), "replicas: 1", "replicas: 4")],
      ["a file more", (out) => writeFile(join(out, "payments/extra.yaml"), "a: 1\n")],
      ["a file less", (out) => rm(join(out, file))],
      ["the link removed", (out) => rm(out)],
    ])("what stands is put back, and the head stays refused: %s", async (_, drift) => {
      await drift(world.out);
      expect(await flow.run()).toMatchObject({ decision: { verdict: "deny" }, outcome: "applied" });
      expect(await flow.replicas()).toEqual([1]);
      const story = ["admit one", "applied 0", "deny two", "admit one", "applied 3"];
      expect(await flow.story()).toEqual(story);
      // The gate stands where the admission left it, so its refusal is news again; after that it is not.
      expect(await flow.run()).toMatchObject({ news: true });
      expect(await flow.run()).toMatchObject({ decision: { verdict: "deny" }, news: false });
      expect(await flow.story()).toEqual([...story, "deny two"]);
    });

    it("and not where it would not be let in today", async () => {
      await world.configure({ policies: { "limits.rego": NOTHING_PASSES } });
      await rm(join(world.out, file));
      expect((await flow.run()).outcome).toBeUndefined();
      expect(await flow.replicas()).toEqual([]);
    });

    it("nothing is applied where nothing was changed", async () => {
      expect((await flow.run()).outcome).toBeUndefined();
      expect(await flow.story()).toEqual(["admit one", "applied 0", "deny two"]);
    });
  });

  it("what somebody put in the target's place is not overwritten", async () => {
    await world.push({ message: "one" });
    await flow.run();
    await rm(world.out);
    await writeFile(world.out, "mine");
    await expect(flow.run()).rejects.toMatchObject({ code: "TARGET_OCCUPIED" });
    await rm(world.out);
    expect(await flow.run()).toMatchObject({ news: false, outcome: "applied" });
    expect(await flow.story()).toEqual(["admit one", "applied 0", "admit one", "applied 2"]);
  });
});

describe("an admission that was interrupted", () => {
  it("is superseded by the next one, where the branch has moved on", async () => {
    await world.push({ message: "one" });
    const refusing = {
      apply: () => Promise.reject(new Error("cut off")),
      holds: async () => false,
      isIntact: async () => false,
      currentEntry: async () => undefined,
    };
    await expect(flow.run({ target: refusing })).rejects.toThrow("cut off");
    expect(await flow.story()).toEqual(["admit one"]);
    await world.push({ message: "two", tree: world.tree(2) });
    await flow.run();
    expect(await flow.story()).toEqual(["admit one", "superseded 0", "admit two", "applied 2"]);
  });
});

async function replaceIn(path: string, text: string, other: string): Promise<void> {
  const before = await readFile(path, "utf8");
  expect(before).toContain(text);
  await writeFile(path, before.replace(text, other));
}
