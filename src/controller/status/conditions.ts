import type { Condition, GateStatus } from "../../api/index.ts";
import { toTime } from "./texts.ts";

/**
 * `Reconciling` and `Stalled` are there only while they are true, as kstatus has it: a gate with `Stalled` has
 * failed until somebody acts, one with `Reconciling` is on its way.
 */
export type ConditionType =
  | "Ready"
  | "Verified"
  | "Admitted"
  | "Applied"
  | "Healthy"
  | "Reconciling"
  | "Stalled";

/** What is to be said; the rest of a condition follows from what was said before. */
export interface Finding {
  readonly status: Condition["status"];
  readonly reason: string;
  readonly message: string;
}

export type Findings = Readonly<Partial<Record<ConditionType, Finding>>>;

const ORDER: readonly ConditionType[] = [
  "Ready",
  "Verified",
  "Admitted",
  "Applied",
  "Healthy",
  "Reconciling",
  "Stalled",
];
/** What a run that does not look at it leaves as it was. */
const LASTING: ReadonlySet<ConditionType> = new Set(["Verified", "Admitted", "Applied", "Healthy"]);

export function findCondition(
  status: Pick<GateStatus, "conditions"> | undefined,
  type: ConditionType,
): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

export interface Stamp {
  readonly previous: GateStatus | undefined;
  readonly generation: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The conditions that follow from what was found and what was there; the time changes with the status alone. */
export function toConditions(findings: Findings, stamp: Stamp): Condition[] {
  return ORDER.flatMap((type) => {
    const before = findCondition(stamp.previous, type);
    const finding = findings[type];
    if (finding !== undefined) return [stamped(type, finding, before, stamp)];
    return before !== undefined && LASTING.has(type) ? [before] : [];
  });
}

function stamped(
  type: ConditionType,
  finding: Finding,
  before: Condition | undefined,
  { generation, now }: Stamp,
): Condition {
  const unchanged = before?.status === finding.status;
  return {
    type,
    ...finding,
    observedGeneration: generation,
    lastTransitionTime: unchanged ? before.lastTransitionTime : toTime(now),
  };
}
