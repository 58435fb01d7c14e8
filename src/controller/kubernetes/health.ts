import type { GateConfig } from "../../gate/index.ts";
import type { GateHealth } from "../status/index.ts";
import type { TargetHealth } from "./guarded-target.ts";

export interface HealthInput {
  readonly target: GateConfig["target"];
  /** When the admission was applied; milliseconds since the epoch. */
  readonly appliedAt: number;
  readonly now: number;
}

/** What health means for a gate: what is not there yet counts as on its way, until the gate's timeout. */
export function judgeHealth(
  health: TargetHealth | undefined,
  { target, appliedAt, now }: HealthInput,
): GateHealth | undefined {
  if (health === undefined || target.kind !== "cluster") return undefined;
  const { message } = health;
  const required = target.wait;
  if (health.status === "Current") return { status: "Current", message, required };
  if (health.status === "Failed") return { status: "Failed", message, required };
  if (now - appliedAt <= target.timeout) return { status: "InProgress", message, required };
  const seconds = Math.round(target.timeout / 1_000);
  return { status: "Failed", message: `not healthy after ${seconds} s: ${message}`, required };
}
