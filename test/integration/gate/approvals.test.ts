import { beforeEach, describe, expect, it } from "vitest";
import { createPerson, type Person } from "../../../src/demo/people.ts";
import { codesOf } from "../../support/codes.ts";
import { type Flow, useFlows } from "../../support/flow.ts";
import { deleteRef, pushTag } from "../../support/tags.ts";
import { signer } from "../../support/world.ts";

const openFlow = useFlows();
const bob = createPerson("bob");
const carol = createPerson("carol");
let flow: Flow;

/** A gate whose policy asks for two releasers besides Alice, and that has looked at her change already. */
beforeEach(async () => {
  flow = await openFlow();
  const { world } = flow;
  const releasers = [bob, carol].map((person) => signer(person, {}, ["releaser"]));
  await world.configure({
    trust: {
      signers: [signer(world.alice), ...releasers],
      commits: [
        { paths: ["**"], signedBy: { role: "developer" } },
        { paths: ["**"], approvedBy: { role: "releaser", count: 2 } },
      ],
    },
  });
  await world.push({ message: "one" });
  expect(await codes()).toEqual(["verify APPROVAL_MISSING"]);
});

async function codes(): Promise<string[]> {
  return codesOf((await flow.run()).decision);
}

async function approve(by: Person, name = `ok-${by.name}`): Promise<void> {
  await pushTag(flow.world, { name, target: flow.world.head ?? "", by });
}

describe("a head that was refused for want of approvals", () => {
  it("is judged again when they come, although no commit is new", async () => {
    await approve(bob);
    expect(await codes()).toEqual(["verify APPROVAL_MISSING"]);
    await approve(carol);
    const { decision, outcome } = await flow.run();
    expect(decision.commits[0]?.approvals).toMatchObject([
      { via: "tag", signer: "bob", code: null },
      { via: "tag", signer: "carol", code: null },
    ]);
    expect(outcome).toBe("applied");
  });

  it("and is refused still when one was taken back before the second came", async () => {
    await approve(bob);
    await codes();
    await deleteRef(flow.world, "refs/tags/ok-bob");
    await approve(carol);
    expect(await codes()).toEqual(["verify APPROVAL_MISSING"]);
  });

  it("is not approved by a tag that takes a gate back to it", async () => {
    await approve(bob);
    await approve(carol, "sluice-reset/payments/payments/0123456789abcdef/carol");
    const { decision } = await flow.run();
    expect(codesOf(decision)).toEqual(["verify APPROVAL_MISSING"]);
    expect(decision.commits[0]?.approvals.map(({ code }) => code)).toEqual([null, "RESET_TAG"]);
  });
});
