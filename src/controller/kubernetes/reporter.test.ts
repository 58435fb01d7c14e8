import { describe, expect, it } from "vitest";
import { KubeError, type KubeErrorCode, type KubeObject } from "../../kube/index.ts";
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

/** An API server that answers each status with the gate at the next version. */
function bench(faults: { apply?: KubeErrorCode; create?: KubeErrorCode } = {}) {
  const applied: KubeObject[] = [];
  const created: KubeObject[] = [];
  const warned: (object | string)[] = [];
  const reporter = new Reporter({
    client: {
      apply: async (object) => {
        if (faults.apply !== undefined) throw new KubeError(faults.apply, "no");
        applied.push(object);
        return gate(100 + applied.length, object.status as object);
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
  return { reporter, applied, created, warned };
}

describe("what is reported of a gate", () => {
  it("is written when it is new, with an Event, and not again", async () => {
    const { reporter, applied, created } = bench();
    await reporter.report(gate(1), status("Unreachable"));
    await reporter.report(gate(1), status("Unreachable"));
    expect(applied).toMatchObject([
      { metadata: { name: "prod", namespace: "payments" }, status: { observedGeneration: 1 } },
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
    const { reporter, applied } = bench();
    await reporter.report(gate(1), status("Unreachable"));
    await reporter.report(gate(2, status("Earlier")), status("Unreachable"));
    expect(applied).toHaveLength(1);
    await reporter.report(gate(200, status("Undone")), status("Unreachable"));
    expect(applied).toHaveLength(2);
  });

  it("leaves the inventory out of the comparison: somebody else writes it", async () => {
    const { reporter, applied } = bench();
    await reporter.report(
      gate(1, { ...status("Unreachable"), inventory: { count: 0 } }),
      status("Unreachable"),
    );
    expect(applied).toEqual([]);
  });

  it("is dropped for a gate that is gone, and a fault otherwise", async () => {
    const gone = bench({ apply: "NOT_FOUND" });
    await gone.reporter.report(gate(1), status("Unreachable"));
    expect(gone.created).toEqual([]);
    const denied = bench({ apply: "FORBIDDEN" });
    await expect(denied.reporter.report(gate(1), status("Unreachable"))).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
  });

  it("stands even where its Event cannot be written", async () => {
    const { reporter, applied, warned } = bench({ create: "FORBIDDEN" });
    await reporter.report(gate(1), status("Unreachable"));
    expect(applied).toHaveLength(1);
    expect(warned).toMatchObject([{ gate: "payments/prod", code: "FORBIDDEN" }]);
  });
});
