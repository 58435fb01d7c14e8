import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../kube/index.ts";
import { gatesBeside, gatesConcerned, sourceOf } from "./concerned.ts";

const READY = {
  conditions: [
    {
      type: "Ready",
      status: "True",
      reason: "Reconciled",
      message: "",
      observedGeneration: 1,
      lastTransitionTime: "2026-06-01T12:00:00Z",
    },
  ],
};

function object(kind: string, name: string, fields: object = {}, metadata: object = {}): KubeObject {
  const meta = { namespace: "payments", name, uid: "u1", generation: 1, ...metadata };
  return { apiVersion: "sluice.dev/v1", kind, metadata: meta, ...fields };
}

function gate(name: string, spec: object = {}, metadata: object = {}, status: object = {}): KubeObject {
  const all = { trust: "trust", policies: ["baseline"], dependsOn: [], ...spec };
  return object("Gate", name, { spec: all, status }, metadata);
}

const other = gate("other", { trust: "others", policies: ["strict"], dependsOn: [{ name: "prod" }] });
const elsewhere = gate("elsewhere", { dependsOn: [{ name: "prod" }] }, { namespace: "lending" });
const GATES = [gate("prod"), other, elsewhere];

function modified(previous: KubeObject, object: KubeObject): string[] {
  return gatesConcerned({ type: "modified", previous, object }, GATES);
}

describe("a change of a gate", () => {
  it.each([
    ["another spec", gate("prod", {}, { generation: 2 })],
    ["a request", gate("prod", {}, { annotations: { "sluice.dev/requestedAt": "now" } })],
    ["its deletion", gate("prod", {}, { deletionTimestamp: "2026-06-01T12:00:00Z" })],
    ["one made anew", gate("prod", {}, { uid: "u2" })],
  ])("that is %s makes it run", (_, changed) => {
    expect(modified(gate("prod"), changed)).toEqual(["payments/prod"]);
  });

  it.each([
    ["its status", gate("prod", {}, { resourceVersion: "2" }, { observedGeneration: 1 })],
    ["another annotation", gate("prod", {}, { annotations: { "sluice.dev/other": "now" } })],
    ["its finalizers", gate("prod", {}, { finalizers: ["sluice.dev/gate"] })],
  ])("that is only %s does not", (_, changed) => {
    expect(modified(gate("prod"), changed)).toEqual([]);
  });

  it("to ready makes those run that wait for it, in its namespace; to unready makes none", () => {
    const ready = gate("prod", {}, {}, READY);
    expect(modified(gate("prod"), ready)).toEqual(["payments/other"]);
    expect(modified(ready, gate("prod"))).toEqual([]);
    expect(modified(ready, ready)).toEqual([]);
    expect(modified(gate("prod"), gate("prod", {}, { generation: 2 }, READY))).toEqual(["payments/prod"]);
  });

  it("that is its making or its end makes it run", () => {
    for (const type of ["added", "deleted"] as const)
      expect(gatesConcerned({ type, object: gate("prod") }, GATES)).toEqual(["payments/prod"]);
  });
});

describe("a change of trust or policies", () => {
  it("makes the gates of its namespace run that name it, also when it is taken away", () => {
    const trust = object("TrustPolicy", "trust");
    for (const type of ["added", "deleted"] as const)
      expect(gatesConcerned({ type, object: trust }, GATES)).toEqual(["payments/prod"]);
    expect(modified(trust, object("TrustPolicy", "trust", {}, { generation: 2 }))).toEqual(["payments/prod"]);
    expect(modified(trust, object("TrustPolicy", "trust", { status: {} }))).toEqual([]);
  });

  it("makes a gate run whose submodule is verified by it", () => {
    const source = { git: { submodules: [{ path: "a", trust: "vendors" }, { path: "b", trust: 4 }, null] } };
    const gates = [gate("with", { source }), gate("without", { source: { git: { submodules: {} } } })];
    const event = (name: string) => ({ type: "added", object: object("TrustPolicy", name) }) as const;
    expect(gatesConcerned(event("vendors"), gates)).toEqual(["payments/with"]);
    expect(gatesConcerned(event("trust"), gates)).toEqual(["payments/with", "payments/without"]);
    expect(gatesConcerned(event("4"), gates)).toEqual([]);
  });

  it("makes gates of all namespaces run that name a bundle", () => {
    const bundle = object("PolicyBundle", "baseline", {}, { namespace: undefined });
    expect(gatesConcerned({ type: "deleted", object: bundle }, GATES)).toEqual([
      "payments/prod",
      "lending/elsewhere",
    ]);
    const unnamed = object("PolicyBundle", "unnamed", {}, { namespace: undefined });
    expect(gatesConcerned({ type: "deleted", object: unnamed }, GATES)).toEqual([]);
  });
});

it("gates beside one have the same source, in the same namespace, and wait for nobody", () => {
  const following = (name: string, git: object, more: object = {}, metadata: object = {}) =>
    gate(name, { source: { git }, ...more }, metadata);
  const main = { url: "https://git.bank.example/config.git", ref: { branch: "main" } };
  const gates = [
    following("prod", main),
    following("test", { ...main, submodules: [] }),
    following("elsewhere", main, {}, { namespace: "lending" }),
    following("waiting", main, { dependsOn: [{ name: "prod" }] }),
    following("next", { ...main, ref: { branch: "next" } }),
    following("tag", { ...main, ref: { tag: "main" } }),
    following("fork", { ...main, url: `${main.url}/fork` }),
    following("login", { ...main, auth: { secretRef: { name: "login" } } }),
    following("proxy", { ...main, proxy: { secretRef: { name: "proxy" } } }),
    gate("none"),
  ];
  const beside = (name: string) =>
    gatesBeside(gates.find(({ metadata }) => metadata.name === name) ?? gate(""), gates);
  expect(beside("prod")).toEqual(["payments/test"]);
  expect(beside("waiting")).toEqual(["payments/prod", "payments/test"]);
  for (const name of ["elsewhere", "next", "tag", "fork", "login", "proxy"]) expect(beside(name)).toEqual([]);
  expect(sourceOf(gate("none"))).toBeUndefined();
});

it("objects in which nothing is as it should be concern nobody", () => {
  const odd = object("Gate", "odd", { spec: { trust: 4, policies: "all", dependsOn: [null, { name: 4 }] } });
  expect(gatesConcerned({ type: "added", object: object("TrustPolicy", "4") }, [odd])).toEqual([]);
  expect(gatesConcerned({ type: "added", object: gate("prod", {}, {}, READY) }, [odd])).toEqual([
    "payments/prod",
  ]);
});
