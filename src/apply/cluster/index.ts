export { findDrift } from "./drift.ts";
export { type FieldSet, fieldPaths, isEmptySet } from "./fields.ts";
export { foreignFields } from "./foreign.ts";
export { HealthChecks } from "./health.ts";
export type { Inventory, InventoryItem } from "./inventory.ts";
export {
  type GateAccess,
  GateInventory,
  type InventoryPatch,
  type InventoryStore,
  loadInventory,
} from "./inventory-store.ts";
export { Observer, type ObserverOptions } from "./observer.ts";
export { directivesOf, GATE_NAME_LABEL, GATE_NAMESPACE_LABEL, withOwner } from "./ownership.ts";
export { inApplyOrder } from "./plan.ts";
export { ClusterTarget, type ClusterTargetOptions } from "./target.ts";
