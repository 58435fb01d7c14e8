export { runScheduled, type Scheduled, type ScheduleOptions } from "./schedule.ts";
export type { RunResult, Telemetry } from "./telemetry.ts";
