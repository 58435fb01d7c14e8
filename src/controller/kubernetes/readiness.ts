import { type GateStatus, gateStatusSchema } from "../../api/index.ts";
import type { KubeObject } from "../../kube/index.ts";
import { findCondition } from "../status/index.ts";
import { fieldsOf } from "./watched.ts";

/** What a gate says of itself; undefined where nothing was written yet, or nothing that makes sense. */
export function statusOf({ status }: KubeObject): GateStatus | undefined {
  const parsed = gateStatusSchema.safeParse(status);
  return parsed.success ? parsed.data : undefined;
}

/** Ready, and for the spec that it has now: what was said of an earlier one does not count. */
export function isReady(gate: KubeObject): boolean {
  const { generation, deletionTimestamp } = gate.metadata;
  const ready = findCondition(statusOf(gate), "Ready");
  return (
    deletionTimestamp === undefined && ready?.status === "True" && ready.observedGeneration === generation
  );
}

/** Whether a change of an object's status may be what the gate waits for. */
export function isWaiting(gate: KubeObject): boolean {
  return fieldsOf(gate).wait && findCondition(statusOf(gate), "Healthy")?.status !== "True";
}
