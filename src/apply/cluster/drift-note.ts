import type { DriftRecord } from "../../audit/index.ts";
import type { KubeObject, ObjectMeta } from "../../kube/index.ts";
import { type Drift, lostFields, managersOf } from "./drift.ts";
import { fieldPaths, isEmptySet } from "./fields.ts";
import { foreignFields } from "./foreign.ts";
import type { InventoryItem } from "./inventory.ts";
import { showRef, toRef } from "./refs.ts";
import type { Submitted } from "./submit.ts";

/** Of one object; a person needs no more, and the log has a limit. */
const MAX_FIELDS = 20;

interface Compared {
  /** The object as an apply would make it. */
  readonly wanted: KubeObject;
  /** As it is; undefined where it is missing. */
  readonly live: ObjectMeta | undefined;
}

/** How an object differs from what it was when it had been applied. */
export function describeDrift(item: InventoryItem, drift: Drift, { wanted, live }: Compared): DriftRecord {
  const object = showRef(item);
  const nothing = { object, what: drift.kind, fields: [], managers: [] };
  if (live === undefined || drift.kind === "missing" || drift.kind === "replaced") return nothing;
  const fields = drift.kind === "changed" ? lostFields(wanted.metadata, live) : foreignFields(item, live);
  return { ...nothing, fields: fieldPaths(fields).slice(0, MAX_FIELDS), managers: managersOf(fields, live) };
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
