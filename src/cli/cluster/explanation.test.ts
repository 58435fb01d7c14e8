import { expect, it } from "vitest";
import type { GateStatus } from "../../api/index.ts";
import { asksForHealth, decidingEntry, type Explanation, nextSteps } from "./explanation.ts";
import type { GateState } from "./gate-state.ts";
import type { Owned } from "./owned.ts";

const AT = "2026-11-22T10:00:00Z";
const REVISION = "1".repeat(40);

function entry(index: number) {
  return { index, leafHash: "a".repeat(64) };
}

const ADMITTED: GateStatus = {
  admitted: { revision: REVISION, manifests: `sha256:${"0".repeat(64)}`, entry: entry(3), at: AT },
};
const REFUSED: GateStatus = {
  ...ADMITTED,
  refused: {
    revision: REVISION,
    stage: "verify",
    entry: entry(4),
    at: AT,
    total: 1,
    reasons: [{ code: "UNSIGNED", subject: "commit 1", message: "", remedy: "" }],
  },
};

function stateOf(state: Partial<GateState> = {}): GateState {
  return {
    namespace: "payments",
    name: "api",
    ready: false,
    reason: "Unsigned",
    message: "",
    suspended: false,
    outdated: false,
    deleting: false,
    waitingRequest: undefined,
    createdAt: AT,
    status: {},
    ...state,
  };
}

function explain(state: Partial<GateState> = {}, more: Partial<Explanation> = {}): Explanation {
  return { state: stateOf(state), waitsFor: [], unhealthy: [], unseen: "", ...more };
}

const POD: Owned = {
  ref: { apiVersion: "v1", kind: "Pod", namespace: "payments", name: "api-0" },
  live: undefined,
  health: { status: "Failed", message: "" },
  drift: "",
};

it.each<[string, Explanation, string]>([
  ["suspended", explain({ suspended: true }), "sluice resume payments/api"],
  ["never looked at", explain({ reason: "NotSeenYet" }), "kubectl get pods"],
  ["changed since", explain({ outdated: true }), "kubectl get pods"],
  ["asked and not looked", explain({ waitingRequest: "now" }), "kubectl get pods"],
  [
    "waiting",
    explain({}, { waitsFor: [{ gate: "payments/base", reason: "" }] }),
    "sluice explain payments/base",
  ],
  ["unhealthy", explain({}, { unhealthy: [POD] }), "kubectl -n payments describe pod api-0"],
  ["refused", explain({ status: REFUSED }), "sluice reconcile payments/api --wait"],
  ["unable to look", explain({ reason: "Unreachable" }), "sluice reconcile payments/api --wait"],
])("what to do with a gate that is %s", (_, explanation, command) => {
  expect(nextSteps(explanation).join("\n")).toContain(command);
});

it("of a gate that is ready, or being deleted, nothing is asked", () => {
  expect(nextSteps(explain({ ready: true, status: ADMITTED }))).toEqual([]);
  expect(nextSteps(explain({ deleting: true })).join()).not.toContain("`");
});

it("the entry is that of the refusal while there is one", () => {
  expect(decidingEntry(stateOf({ status: REFUSED }))?.index).toBe(4);
  expect(decidingEntry(stateOf({ status: ADMITTED }))?.index).toBe(3);
  expect(decidingEntry(stateOf())).toBeUndefined();
});

it("objects are looked at only where the gate says that they do not work", () => {
  const healthy = (status: "True" | "False" | "Unknown"): GateStatus => ({
    conditions: [{ type: "Healthy", status, reason: "X", message: "", lastTransitionTime: AT }],
  });
  expect(asksForHealth(stateOf({ status: healthy("False") }))).toBe(true);
  expect(asksForHealth(stateOf({ status: healthy("Unknown") }))).toBe(true);
  expect(asksForHealth(stateOf({ status: healthy("True") }))).toBe(false);
  expect(asksForHealth(stateOf({ status: healthy("False"), ready: true }))).toBe(false);
  expect(asksForHealth(stateOf())).toBe(false);
});
