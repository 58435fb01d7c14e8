import { expect, it } from "vitest";
import type { KubeObject } from "../../kube/index.ts";
import { toGateState } from "./gate-state.ts";

function gate(
  parts: { spec?: object; metadata?: object; ready?: string; observed?: number } = {},
): KubeObject {
  const { spec = {}, metadata = {}, ready, observed = 2 } = parts;
  const condition = {
    type: "Ready",
    status: ready,
    reason: "Reconciled",
    message: "commit 1 is in place",
    observedGeneration: observed,
    lastTransitionTime: "2026-11-22T10:00:00Z",
  };
  return {
    apiVersion: "sluice.dev/v1",
    kind: "Gate",
    metadata: { namespace: "payments", name: "api", generation: 2, ...metadata },
    spec,
    ...(ready !== undefined && { status: { conditions: [condition] } }),
  };
}

it("is ready where the gate says so of its present spec", () => {
  expect(toGateState(gate({ ready: "True" }))).toMatchObject({
    ready: true,
    reason: "Reconciled",
    outdated: false,
  });
});

it.each<[string, KubeObject, object]>([
  ["nothing was said yet", gate(), { reason: "NotSeenYet", outdated: false }],
  ["it says no", gate({ ready: "False" }), { reason: "Reconciled" }],
  ["it does not know", gate({ ready: "Unknown" }), {}],
  ["it says so of an earlier spec", gate({ ready: "True", observed: 1 }), { outdated: true }],
  [
    "it is suspended",
    gate({ ready: "True", spec: { suspend: true } }),
    { suspended: true, reason: "Suspended" },
  ],
  [
    "it is being deleted",
    gate({ ready: "True", metadata: { deletionTimestamp: "2026-11-22T10:00:00Z" } }),
    { deleting: true },
  ],
  [
    "its status is nothing that Sluice wrote",
    { ...gate(), status: { conditions: "Ready" } },
    { reason: "NotSeenYet" },
  ],
])("is not ready where %s", (_, object, expected) => {
  expect(toGateState(object)).toMatchObject({ ready: false, ...expected });
});

it("a request waits until its very value was handled", () => {
  const annotations = { "sluice.dev/requestedAt": "b" };
  const asked = gate({ metadata: { annotations } });
  expect(toGateState({ ...asked, status: { lastHandledRequest: "a" } }).waitingRequest).toBe("b");
  expect(toGateState({ ...asked, status: { lastHandledRequest: "b" } }).waitingRequest).toBeUndefined();
});
