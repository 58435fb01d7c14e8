export { findCondition } from "./conditions.ts";
export { eventsOf, type GateEvent } from "./events.ts";
export type { GateHealth, GateResult } from "./result.ts";
export { type ControllerStatus, toStatus } from "./status.ts";
