import { type Condition, type GateStatus, gateStatusSchema } from "../../api/index.ts";
import { conditionSchema } from "../../api/status.ts";
import type { KubeObject } from "../../kube/index.ts";
import { ControllerError } from "../error.ts";
import { fieldsOf, keyOfObject } from "./watched.ts";

/**
 * What a gate says of itself, as far as it makes sense: a field, or a condition, that somebody else wrote and that
 * cannot be read takes nothing else along. Undefined where nothing was written yet. What the gate owns is
 * {@link inventoryOf}.
 */
export function statusOf({ status }: KubeObject): GateStatus | undefined {
  if (status === undefined) return undefined;
  const written: Record<string, unknown> = Object(status);
  const readable = Object.entries(gateStatusSchema.shape).flatMap(([name, schema]) => {
    const value = name === "conditions" ? readableConditions(written.conditions) : written[name];
    return value !== undefined && schema.safeParse(value).success ? [[name, value]] : [];
  });
  const parsed = gateStatusSchema.safeParse(Object.fromEntries(readable));
  return parsed.success ? parsed.data : undefined;
}

/**
 * What a gate says that it owns; undefined where it never applied anything. Throws INVENTORY_UNREADABLE: what cannot be
 * read is not nothing, or what the gate applied would be nobody's.
 */
export function inventoryOf(gate: KubeObject): GateStatus["inventory"] {
  const { inventory }: Record<string, unknown> = Object(gate.status);
  const parsed = gateStatusSchema.shape.inventory.safeParse(inventory);
  if (parsed.success) return parsed.data;
  throw new ControllerError(
    "INVENTORY_UNREADABLE",
    `status.inventory of Gate ${keyOfObject(gate)} cannot be read: somebody else wrote it`,
    { remedy: "restore it: without it nobody knows what the gate has applied" },
  );
}

function readableConditions(conditions: unknown): readonly Condition[] | undefined {
  if (!Array.isArray(conditions)) return undefined;
  return conditions.filter((each: unknown): each is Condition => conditionSchema.safeParse(each).success);
}

/** Asked about for every event of every gate: nothing else of the status is looked at. */
function conditionOf({ status }: KubeObject, type: "Ready" | "Healthy"): Condition | undefined {
  return readableConditions(Object(status).conditions)?.find((condition) => condition.type === type);
}

/** Ready, and for the spec that it has now: what was said of an earlier one does not count. */
export function isReady(gate: KubeObject): boolean {
  const { generation, deletionTimestamp } = gate.metadata;
  const ready = conditionOf(gate, "Ready");
  return (
    deletionTimestamp === undefined && ready?.status === "True" && ready.observedGeneration === generation
  );
}

/** Whether a change of an object's status may be what the gate waits for. */
export function isWaiting(gate: KubeObject): boolean {
  return fieldsOf(gate).wait && conditionOf(gate, "Healthy")?.status !== "True";
}
