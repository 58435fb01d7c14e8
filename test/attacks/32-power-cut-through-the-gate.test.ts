import { describe, expect, it } from "vitest";
import { DirectoryTarget, type Target } from "../../src/apply/index.ts";
import { openBooks } from "../support/books.ts";
import { type Flow, useFlows } from "../support/flow.ts";

// Each write of the log and each call of the target are interrupted in test/integration/gate, and whole processes are
// killed in test/integration/crash. Here is what a person would ask about.

const openFlow = useFlows();

/** A target at which the power is cut when it is brought to an admission. */
function cutting(target: Target, moment: "before" | "after"): Target {
  return {
    async apply(admission) {
      if (moment === "after") await target.apply(admission);
      throw new Error("the power was cut");
    },
    holds: (admission) => target.holds(admission),
    isIntact: (entry) => target.isIntact(entry),
    currentEntry: () => target.currentEntry(),
  };
}

async function openAfterOne(): Promise<Flow> {
  const flow = await openFlow();
  await flow.world.push({ message: "one" });
  await flow.run();
  await flow.world.push({ message: "two", tree: flow.world.tree(2) });
  return flow;
}

const whole = ["admit one", "applied 0", "admit two", "applied 2"];

describe("attack 32: the power is cut", () => {
  it("(the honest twin: it is not)", async () => {
    const flow = await openAfterOne();
    await flow.run();
    expect(await flow.story()).toEqual(whole);
  });

  it.each(["before", "after"] as const)(
    "between the decision and its outcome, %s the target has it",
    async (moment) => {
      const flow = await openAfterOne();
      const target = cutting(new DirectoryTarget(flow.world.out), moment);
      await expect(flow.run({ target })).rejects.toThrow("the power was cut");
      expect(await flow.story()).toEqual(["admit one", "applied 0", "admit two"]);
      expect(await flow.replicas()).toEqual([moment === "after" ? 2 : 1]);
      await flow.run();
      expect(await flow.story()).toEqual(whole);
      expect(await flow.replicas()).toEqual([2]);
    },
  );

  it("before the decision is durable: the target was not touched, and it is decided again, once", async () => {
    const flow = await openAfterOne();
    flow.store.failOnce("before", "tile/entries");
    await expect(flow.run()).rejects.toMatchObject({ code: "NOT_RECORDED" });
    expect(await flow.story()).toEqual(["admit one", "applied 0"]);
    expect(await flow.replicas()).toEqual([1]);
    await flow.run();
    expect(await flow.story()).toEqual(whole);
  });

  it("and meanwhile the branch has moved on: the admission that came to nothing says so", async () => {
    const flow = await openAfterOne();
    const { world } = flow;
    const target = cutting(new DirectoryTarget(world.out), "before");
    await expect(flow.run({ target })).rejects.toThrow("the power was cut");
    await world.push({ message: "three", tree: world.tree(3) });
    await flow.run();
    expect(await flow.story()).toEqual([
      "admit one",
      "applied 0",
      "admit two",
      "superseded 2",
      "admit three",
      "applied 4",
    ]);
    await using books = await openBooks(flow.store);
    expect(books.ledger.pendingOf({ namespace: "payments", name: "payments" })).toBeUndefined();
  });
});
