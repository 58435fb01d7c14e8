import type { GateStatus } from "../../api/index.ts";
import { type ConditionType, findCondition } from "./conditions.ts";
import type { ControllerStatus } from "./status.ts";

/** What is told once, when it happens. */
export interface GateEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  /** What was being done. */
  readonly action: "Judge" | "Apply" | "Watch";
  readonly note: string;
}

/** `note` of events.k8s.io/v1 takes 1 KiB. */
const MAX_NOTE_BYTES = 1024;

/** What is new in a status, beside the one before: a run that finds all as it was tells nothing. */
export function eventsOf(previous: GateStatus | undefined, next: ControllerStatus): GateEvent[] {
  const events: GateEvent[] = [];
  const tell = (type: GateEvent["type"], action: GateEvent["action"], condition: ConditionType): void => {
    const { reason, message } = findCondition(next, condition) ?? {};
    if (reason !== undefined) events.push({ type, reason, action, note: clipNote(message ?? "") });
  };
  if (isNew(previous?.refused, next.refused)) tell("Warning", "Judge", "Admitted");
  if (isNew(previous?.admitted, next.admitted) && !appliedAtOnce(next)) tell("Normal", "Judge", "Admitted");
  if (isNew(previous?.applied, next.applied)) tell("Normal", "Apply", "Applied");
  else if (isReworded(previous, next, "Applied")) tell("Warning", "Watch", "Applied");
  const healthy = changed(previous, next, "Healthy");
  if (healthy === "False") tell("Warning", "Watch", "Healthy");
  if (healthy === "True") tell("Normal", "Watch", "Healthy");
  const told = events.some(({ reason }) => reason === findCondition(next, "Ready")?.reason);
  if (!told && endsOtherwise(previous, next)) {
    const stalled = findCondition(next, "Stalled") !== undefined;
    const fault = stalled || findCondition(next, "Ready")?.status === "False";
    tell(fault ? "Warning" : "Normal", "Judge", "Ready");
  }
  return events;
}

/** What was admitted and applied in one run is one event: that it was applied says both. */
function appliedAtOnce({ admitted, applied }: ControllerStatus): boolean {
  return admitted?.entry.index === applied?.entry.index;
}

interface Recorded {
  readonly entry: { readonly index: number };
}

function isNew(before: Recorded | undefined, after: Recorded | undefined): boolean {
  return after !== undefined && before?.entry.index !== after.entry.index;
}

function changed(
  previous: GateStatus | undefined,
  next: ControllerStatus,
  type: ConditionType,
): string | undefined {
  const after = findCondition(next, type)?.status;
  return findCondition(previous, type)?.status === after ? undefined : after;
}

/** The same, said in other words: of what was applied, that others changed it, or changed it back. */
function isReworded(previous: GateStatus | undefined, next: ControllerStatus, type: ConditionType): boolean {
  const [before, after] = [findCondition(previous, type), findCondition(next, type)];
  const holds = before?.status === "True" && after?.status === "True";
  return holds && before.message !== after.message;
}

/** A fault, a wait or a suspension that was not told yet, or the end of one. */
function endsOtherwise(previous: GateStatus | undefined, next: ControllerStatus): boolean {
  const before = findCondition(previous, "Ready");
  const after = findCondition(next, "Ready");
  if (after === undefined || before?.reason === after.reason) return false;
  return after.status !== "True" || (before !== undefined && before.status !== "True");
}

function clipNote(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_NOTE_BYTES) return text;
  return `${bytes
    .subarray(0, MAX_NOTE_BYTES - 8)
    .toString()
    .replace(/\uFFFD$/, "")}…`;
}
