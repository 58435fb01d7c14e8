/** What a run of a gate came to, in one word. */
export type RunResult = "admitted" | "refused" | "fault" | "suspended" | "waiting";

/** What there is to count. Names of gates are `namespace/name`. */
export interface Telemetry {
  ran(result: RunResult, ms: number): void;
  /** A refusal that is new in the log, by the code of each reason. */
  refused(codes: readonly string[]): void;
  /** When the gate last admitted a change, in milliseconds since the epoch. */
  admitted(gate: string, at: number): void;
  stage(stage: string, ms: number): void;
  /** The gate is gone. */
  forget(gate: string): void;
}
