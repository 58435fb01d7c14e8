import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../kube/index.ts";
import { inventoryOf, isReady, statusOf } from "./readiness.ts";

const OWNED = { count: 1, objects: [{ group: "", version: "v1", kind: "ConfigMap", name: "one" }] };

function condition(type: string, lastTransitionTime: string, more: object = {}) {
  const said = { status: "True", reason: "Reconciled", message: "", observedGeneration: 1 };
  return { type, ...said, lastTransitionTime, ...more };
}

function gate(status?: object): KubeObject {
  const metadata = { namespace: "payments", name: "prod", generation: 1 };
  return { apiVersion: "sluice.dev/v1", kind: "Gate", metadata, ...(status && { status }) };
}

describe("the status of a gate", () => {
  it.each(["2026-11-22T10:00:00Z", "2026-11-22T11:00:00+01:00"])("is read with the time %s", (time) => {
    const read = gate({ conditions: [condition("Ready", time)], inventory: OWNED });
    expect(isReady(read)).toBe(true);
    expect(inventoryOf(read)).toEqual(OWNED);
  });

  it("keeps all that can be read beside what cannot", () => {
    const conditions = [condition("Odd", "yesterday"), condition("Ready", "2026-11-22T10:00:00Z")];
    const read = gate({ observedGeneration: "one", conditions, inventory: OWNED, invented: 1 });
    expect(statusOf(read)).toEqual({ conditions: conditions.slice(1), inventory: OWNED });
    expect(inventoryOf(read)).toEqual(OWNED);
  });

  it("has no inventory before anything was applied", () => {
    expect(inventoryOf(gate())).toBeUndefined();
    expect(inventoryOf(gate({ observedGeneration: 1 }))).toBeUndefined();
  });

  it.each([
    ["a field that it cannot have", { ...OWNED, invented: 1 }],
    ["a count that is none", { ...OWNED, count: "1" }],
    ["nothing in it", {}],
    ["null for it", null],
  ])("does not pass for one that applied nothing with %s", (_, inventory) => {
    expect(() => inventoryOf(gate({ inventory }))).toThrow(
      expect.objectContaining({ code: "INVENTORY_UNREADABLE" }),
    );
  });
});
