export type { EntryCounts } from "./entries.ts";
export type { LogProblem } from "./report.ts";
export { type LogVerdict, type VerifyOptions, verifyLog } from "./verify.ts";
