export { runScheduled, type Scheduled, type ScheduleOptions } from "./schedule.ts";
