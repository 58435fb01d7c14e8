import { beforeEach, describe, expect, it } from "vitest";
import { codesOf } from "../support/codes.ts";
import { type Flow, useFlows } from "../support/flow.ts";
import { readTarget } from "../support/invariants.ts";
import type { World } from "../support/world.ts";

const openFlow = useFlows();
let flow: Flow;
let world: World;

beforeEach(async () => {
  flow = await openFlow();
  world = flow.world;
});

const settings = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" } };
const with_ = (metadata: object) => ({ ...settings, metadata: { ...settings.metadata, ...metadata } });
const list = (...items: readonly object[]) => ({ apiVersion: "v1", kind: "List", items });

function podOf(image: string) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec: { containers: [{ name: "c", image }] },
  };
}

async function decideOn(object: object): Promise<string[]> {
  await world.push({ tree: new Map([["prod/object.json", JSON.stringify(object)]]) });
  return codesOf((await flow.run()).decision);
}

describe("attack 26: an object that is not what it seems, or not this gate's", () => {
  it.each<[string, object, string[]]>([
    [
      "one that is being deleted",
      with_({ deletionTimestamp: "2026-01-01T00:00:00Z" }),
      ["render BEING_DELETED"],
    ],
    ["one that is another each time", with_({ name: null, generateName: "s-" }), ["render GENERATED_NAME"]],
    ["another namespace", with_({ namespace: "kube-system" }), ["render OUTSIDE_NAMESPACES"]],
    [
      "another namespace, in a List in a List",
      list(list(with_({ namespace: "lending" }))),
      ["render OUTSIDE_NAMESPACES"],
    ],
    [
      "a cluster-scoped one",
      { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "all" } },
      ["render CLUSTER_SCOPED"],
    ],
    [
      "a Namespace",
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "payments" } },
      ["render CLUSTER_SCOPED"],
    ],
    [
      "items in what is no List",
      { ...settings, items: [podOf("evil.example/x:1")] },
      ["render MALFORMED_LIST"],
    ],
    [
      "the same object twice, in two Lists",
      list(list(settings), list(settings)),
      ["render DUPLICATE_OBJECT"],
    ],
    ["an image in a List in a List", list(list(podOf("evil.example/x:1"))), ["attest IMAGE_NOT_MATCHED"]],
  ])("%s", async (_, object, codes) => {
    expect(await decideOn(object)).toEqual(codes);
    expect(await readTarget(world.out)).toBeUndefined();
  });

  it("(the honest twin): a List in a List is applied as the objects in it", async () => {
    expect(await decideOn(list(list(settings), podOf(`${world.image}:1.0.0`)))).toEqual([]);
    const objects = (await readTarget(world.out))?.objects.map(
      ({ kind, metadata }) => `${kind} ${metadata.namespace}`,
    );
    expect(objects?.sort()).toEqual(["ConfigMap payments", "Pod payments"]);
  });

  it("a namespace that the gate names is not out of bounds, until it no longer does", async () => {
    await world.configure({ gate: { namespaces: ["payments", "lending"] } });
    expect(await decideOn(with_({ namespace: "lending" }))).toEqual([]);
    await world.configure();
    expect(codesOf((await flow.run()).decision)).toEqual(["render OUTSIDE_NAMESPACES"]);
  });
});
