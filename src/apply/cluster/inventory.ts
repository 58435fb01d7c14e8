import type { ObjectRef } from "../../kube/index.ts";
import type { LogPosition } from "../../verified.ts";
import { inApplyOrder } from "./plan.ts";
import { keyOfRef } from "./refs.ts";

/** An object that a gate applied, and what it looked like when it had. */
export interface InventoryItem extends ObjectRef {
  /** Absent before the first apply of the object is known to have come through. */
  readonly uid?: string | undefined;
  /** See `fingerprintOf`; absent as long as the uid is. */
  readonly fingerprint?: string | undefined;
  /** As long as it is the live one, nobody has written to the object since. */
  readonly resourceVersion?: string | undefined;
  /** See `contentOf`; absent where others may own fields in the object. */
  readonly content?: string | undefined;
  /** A digest of what was applied; see `Unchanged`. */
  readonly source?: string | undefined;
  /** What the admitted object says of itself; what the live one says counts for nothing. */
  readonly directives?: readonly Directive[] | undefined;
}

export type Directive = "ForeignFields" | "NoPrune";

/** What a gate has in the cluster: all that it may ever have to take away again. */
export interface Inventory {
  /** The admission that the cluster was brought to; absent while the first is under way. */
  readonly entry?: LogPosition | undefined;
  /** Which cluster they are in; the gate's own where absent. */
  readonly place?: string | undefined;
  readonly items: readonly InventoryItem[];
}

export const EMPTY_INVENTORY: Inventory = { items: [] };

/**
 * Items of both, those of `next` where both have one: written before an apply begins, so that an object which is
 * made is known of even if the process ends there.
 */
export function uniteItems(before: readonly InventoryItem[], next: readonly ObjectRef[]): InventoryItem[] {
  const known = new Map(before.map((item) => [keyOfRef(item), item]));
  for (const ref of next) {
    const item = known.get(keyOfRef(ref));
    known.set(keyOfRef(ref), { ...item, ...ref });
  }
  return [...known.values()];
}

/** What is no longer wanted, in the order in which it is taken away: the reverse of applying. */
export function leftOver(before: readonly InventoryItem[], wanted: readonly ObjectRef[]): InventoryItem[] {
  const keys = new Set(wanted.map(keyOfRef));
  return inApplyOrder(before.filter((item) => !keys.has(keyOfRef(item)))).reverse();
}

/** Whether every object is in the inventory already, so that nothing new could be lost sight of. */
export function covers(items: readonly InventoryItem[], wanted: readonly ObjectRef[]): boolean {
  const keys = new Set(items.map(keyOfRef));
  return wanted.every((ref) => keys.has(keyOfRef(ref)));
}
