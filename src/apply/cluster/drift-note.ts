import type { DriftRecord } from "../../audit/index.ts";
import type { KubeObject, ObjectMeta } from "../../kube/index.ts";
import { findDrift, lostFields, managersOf } from "./drift.ts";
import { fieldPaths, isEmptySet } from "./fields.ts";
import type { InventoryItem } from "./inventory.ts";
import type { GateName } from "./ownership.ts";
import { showRef, toRef } from "./refs.ts";
import type { Submitted } from "./submit.ts";

/** Of one object; a person needs no more, and the log has a limit. */
const MAX_FIELDS = 20;

interface Wanted {
  /** The object as an apply would make it. */
  readonly wanted: KubeObject;
  readonly gate: GateName;
}

/** How an object differs from what it was when it had been applied; undefined when it does not. */
export function describeDrift(
  item: InventoryItem,
  live: ObjectMeta | undefined,
  { wanted, gate }: Wanted,
): DriftRecord | undefined {
  const drift = findDrift(item, live, gate);
  if (drift === undefined) return undefined;
  const object = showRef(item);
  if (drift.kind !== "changed" || live === undefined) {
    return { object, what: drift.kind, fields: [], managers: [] };
  }
  const lost = lostFields(wanted.metadata, live);
  return {
    object,
    what: "changed",
    fields: fieldPaths(lost).slice(0, MAX_FIELDS),
    managers: managersOf(lost, live),
  };
}

/** What others had added to an object, and is gone. */
export function describeRemoved({ object, removed, managers }: Submitted): DriftRecord | undefined {
  if (isEmptySet(removed)) return undefined;
  return {
    object: showRef(toRef(object)),
    what: "added",
    fields: fieldPaths(removed).slice(0, MAX_FIELDS),
    managers,
  };
}
