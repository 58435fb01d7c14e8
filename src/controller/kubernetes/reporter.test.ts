import { describe, expect, it } from "vitest";
import type { InventoryPatch } from "../../apply/cluster/index.ts";
import { KubeError, type KubeErrorCode, type KubeObject } from "../../kube/index.ts";
import type { LogPosition } from "../../verified.ts";
import type { ControllerStatus } from "../status/index.ts";
import { Reporter } from "./reporter.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z");

function status(reason: string): ControllerStatus {
  const lastTransitionTime = "2026-06-01T12:00:00Z";
  const ready = { type: "Ready", status: "False" as const, reason, message: "", lastTransitionTime };
  return { observedGeneration: 1, conditions: [ready] };
}

function gate(version: number, told?: object): KubeObject {
  const metadata = { namespace: "payments", name: "prod", uid: "u1", resourceVersion: String(version) };
  return { apiVersion: "sluice.dev/v1", kind: "Gate", metadata, ...(told !== undefined && { status: told }) };
}

function inventoryAt(entry: LogPosition): InventoryPatch {
  return { entry, count: 0, objects: [], place: null, ref: null };
}

/** An API server that answers each status with the gate at the next version. */
function bench(faults: { patch?: KubeErrorCode; create?: KubeErrorCode } = {}) {
  const patched: object[] = [];
  const created: KubeObject[] = [];
  const warned: (object | string)[] = [];
  const reporter = new Reporter({
    client: {
      patch: async ({ namespace, name }, { body }) => {
        if (faults.patch !== undefined) throw new KubeError(faults.patch, "no");
        const { status: told } = body as { status: object };
        patched.push({ namespace, name, status: told });
        return gate(100 + patched.length, told);
      },
      create: async (object) => {
        if (faults.create !== undefined) throw new KubeError(faults.create, "no");
        created.push(object);
        return object;
      },
    },
    identity: "pod_1",
    now: () => NOW,
    log: { warn: (about: object | string) => void warned.push(about) },
  });
  return { reporter, patched, created, warned };
}

describe("what is reported of a gate", () => {
  it("is written when it is new, with an Event, and not again", async () => {
    const { reporter, patched, created } = bench();
    await reporter.report(gate(1), status("Unreachable"));
    await reporter.report(gate(1), status("Unreachable"));
    expect(patched).toMatchObject([
      { name: "prod", namespace: "payments", status: { observedGeneration: 1, refused: null } },
    ]);
    expect(created).toMatchObject([
      {
        apiVersion: "events.k8s.io/v1",
        type: "Warning",
        reason: "Unreachable",
        eventTime: "2026-06-01T12:00:00.000000Z",
        regarding: { kind: "Gate", namespace: "payments", name: "prod", uid: "u1" },
      },
    ]);
  });

  it("is compared with what was written last, while the watch is behind; and with the watch once it is ahead", async () => {
    const { reporter, patched } = bench();
    await reporter.report(gate(1), status("Unreachable"));
    await reporter.report(gate(2, status("Earlier")), status("Unreachable"));
    expect(patched).toHaveLength(1);
    await reporter.report(gate(200, status("Undone")), status("Unreachable"));
    expect(patched).toHaveLength(2);
  });

  it("leaves the inventory out of the comparison: somebody else writes it", async () => {
    const { reporter, patched } = bench();
    await reporter.report(
      gate(1, { ...status("Unreachable"), inventory: { count: 0 } }),
      status("Unreachable"),
    );
    expect(patched).toEqual([]);
  });

  it("goes along with the inventory of the entry that it is about, and is not written again", async () => {
    const { reporter, patched, created } = bench();
    const entry = { index: 3, leafHash: "a".repeat(64) };
    const other = { ...entry, index: 2 };
    reporter.expect({ gate: gate(1), entry, status: () => status("Reconciled") });
    await reporter.writeInventory(gate(1), inventoryAt(other));
    await reporter.writeInventory(gate(1), inventoryAt(entry));
    await reporter.report(gate(1), status("Reconciled"));
    expect(patched).toMatchObject([
      { status: { inventory: { entry: other } } },
      { status: { ...status("Reconciled"), inventory: { entry } } },
    ]);
    expect(patched[0]).not.toHaveProperty("status.conditions");
    expect(created).toMatchObject([{ reason: "Reconciled" }]);
  });

  it("is forgotten where the run came to something else", async () => {
    const { reporter, patched } = bench();
    const entry = { index: 3, leafHash: "a".repeat(64) };
    reporter.expect({ gate: gate(1), entry, status: () => status("Reconciled") });
    await reporter.report(gate(1), status("Unreachable"));
    await reporter.writeInventory(gate(1), inventoryAt(entry));
    expect(patched[1]).toEqual({
      namespace: "payments",
      name: "prod",
      status: { inventory: inventoryAt(entry) },
    });
  });

  it("is dropped for a gate that is gone, and a fault otherwise", async () => {
    const gone = bench({ patch: "NOT_FOUND" });
    await gone.reporter.report(gate(1), status("Unreachable"));
    expect(gone.created).toEqual([]);
    const denied = bench({ patch: "FORBIDDEN" });
    await expect(denied.reporter.report(gate(1), status("Unreachable"))).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
  });

  it("stands even where its Event cannot be written", async () => {
    const { reporter, patched, warned } = bench({ create: "FORBIDDEN" });
    await reporter.report(gate(1), status("Unreachable"));
    expect(patched).toHaveLength(1);
    expect(warned).toMatchObject([{ gate: "payments/prod", code: "FORBIDDEN" }]);
  });
});
