import type { GateStatus } from "../../api/index.ts";
import { isReady, statusOf } from "../../controller/kubernetes/readiness.ts";
import { fieldsOf, REQUESTED_AT } from "../../controller/kubernetes/watched.ts";
import { findCondition } from "../../controller/status/index.ts";
import type { KubeObject } from "../../kube/index.ts";

/** What a gate says of itself, read for a person. */
export interface GateState {
  readonly namespace: string;
  readonly name: string;
  /** True only where the gate says so of the spec that it has now. */
  readonly ready: boolean;
  /** One word: the condition's own, or why there is none that counts. */
  readonly reason: string;
  readonly message: string;
  readonly suspended: boolean;
  /** Whether the spec was changed since the controller last looked. */
  readonly outdated: boolean;
  readonly deleting: boolean;
  /** A run that was asked for and did not happen yet. */
  readonly waitingRequest: string | undefined;
  readonly createdAt: string | undefined;
  /** Empty where nothing was written yet, or nothing that makes sense. */
  readonly status: GateStatus;
}

export function toGateState(gate: KubeObject): GateState {
  const {
    namespace = "",
    name,
    generation,
    annotations,
    deletionTimestamp,
    creationTimestamp,
  } = gate.metadata;
  const status = statusOf(gate) ?? {};
  const condition = findCondition(status, "Ready");
  const outdated = condition !== undefined && condition.observedGeneration !== generation;
  const { suspend } = fieldsOf(gate);
  const requested = annotations?.[REQUESTED_AT];
  return {
    namespace,
    name,
    ready: !suspend && isReady(gate),
    reason: suspend ? "Suspended" : (condition?.reason ?? "NotSeenYet"),
    message: condition?.message ?? "the controller has not looked at it yet",
    suspended: suspend,
    outdated,
    deleting: deletionTimestamp !== undefined,
    waitingRequest: requested === status.lastHandledRequest ? undefined : requested,
    createdAt: creationTimestamp,
    status,
  };
}
