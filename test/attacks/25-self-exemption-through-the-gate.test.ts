import { beforeEach, describe, expect, it } from "vitest";
import { unsigned } from "../../src/demo/people.ts";
import { codesOf } from "../support/codes.ts";
import { type Flow, useFlows } from "../support/flow.ts";
import { deployment } from "../support/manifests.ts";
import type { Push, World } from "../support/world.ts";

const openFlow = useFlows();
let flow: Flow;
let world: World;

beforeEach(async () => {
  flow = await openFlow();
  world = flow.world;
});

/** What says of itself that it is good, in the words of this gate and of others. */
const CLAIMS = {
  "sluice.dev/verified": "true",
  "sluice.dev/exempt": "true",
  "sluice.dev/skip-policies": "limits",
  "policies.kyverno.io/exclude": "true",
  "kyverno.io/verify-images": '{"*":"pass"}',
  "admission.gatekeeper.sh/ignore": "true",
  "kustomize.toolkit.fluxcd.io/prune": "disabled",
};

function claiming(image: string, replicas: number): string {
  const object = JSON.parse(deployment({ image, replicas }));
  return JSON.stringify({
    ...object,
    metadata: { name: "api", labels: { exempt: "true" }, annotations: CLAIMS },
  });
}

function tree(text: string, more: Readonly<Record<string, string>> = {}) {
  return new Map(Object.entries({ "prod/app.yaml": text, ...more }));
}

describe("attack 25: what a change says of itself does not lower the gate", () => {
  it.each<[string, (world: World) => Promise<Push>, string[]]>([
    [
      "annotations on an object that a policy denies",
      async ({ image }) => ({ tree: tree(claiming(`${image}:1.0.0`, 9)) }),
      ["evaluate POLICY_DENIED"],
    ],
    [
      "annotations on an unsigned image",
      async (world) => ({ tree: tree(claiming(await world.pushImage("2.0.0-rc1", false), 1)) }),
      ["attest IMAGE_UNSIGNED"],
    ],
    [
      "a commit message that says who signed",
      async ({ alice }) => ({
        by: unsigned(alice),
        message: "Change\n\nSigned-off-by: alice\nVerified: true",
      }),
      ["verify UNSIGNED"],
    ],
    [
      "a trust and a policy of its own, beside the manifests",
      async ({ image, mallory }) => ({
        by: mallory,
        tree: tree(claiming(`${image}:1.0.0`, 1), {
          "prod/.sluice/trust.yaml": "trusted: [mallory]",
          ".sluice.yaml": "skip: true",
          "policies/limits.rego": "package sluice.object.limits\n",
        }),
      }),
      ["verify UNKNOWN_KEY"],
    ],
    [
      "(the honest twin): the same claims on a change that is in order",
      async ({ image }) => ({ tree: tree(claiming(`${image}:1.0.0`, 1)) }),
      [],
    ],
  ])("%s", async (_, attack, codes) => {
    await world.push(await attack(world));
    expect(codesOf((await flow.run()).decision)).toEqual(codes);
    expect(await flow.replicas()).toEqual(codes.length === 0 ? [1] : undefined);
  });
});
