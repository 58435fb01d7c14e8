import { type GateStatus, MAX_STATUS_REASONS } from "../../api/index.ts";
import type { GateHistory, PastDecision } from "../../gate/index.ts";
import { toConditions } from "./conditions.ts";
import { findingsOf } from "./findings.ts";
import type { GateResult } from "./result.ts";
import { toLine, toTime } from "./texts.ts";

/** The part of a gate's status that the controller writes; what the gate owns is told by whoever applied it. */
export type ControllerStatus = Omit<GateStatus, "inventory">;

export interface StatusInput {
  /** As the gate has it now. */
  readonly previous: GateStatus | undefined;
  readonly generation: number;
  /** The annotation `sluice.dev/requestedAt`, as this run found it. */
  readonly requestedAt: string | undefined;
  /** What the log says of the gate, after the run. */
  readonly history: GateHistory;
  readonly result: GateResult;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The one place that tells Kubernetes what a run came to. Pure, and the same again where nothing changed: a run that
 * finds all as it was gives the status that is there, so that nothing is written.
 */
export function toStatus(input: StatusInput): ControllerStatus {
  const { previous, generation, result, history, now } = input;
  const handled = result.kind === "suspended" ? previous?.lastHandledRequest : handledRequest(input);
  const attempted = toAttempted(input);
  const admitted = history.lastAdmit === undefined ? previous?.admitted : toAdmitted(history.lastAdmit);
  const refused = toRefused(input);
  const applied = toApplied(input);
  return {
    observedGeneration: generation,
    ...(handled !== undefined && { lastHandledRequest: handled }),
    conditions: toConditions(findingsOf(result, history), { previous, generation, now }),
    ...(attempted !== undefined && { attempted }),
    ...(admitted !== undefined && { admitted }),
    ...(refused !== undefined && { refused }),
    ...(applied !== undefined && { applied }),
  };
}

/** More than any timestamp; what is asked for with more is told apart by its beginning. */
const MAX_REQUEST = 1024;

function handledRequest({ previous, requestedAt }: StatusInput): string | undefined {
  return requestedAt === undefined ? previous?.lastHandledRequest : requestedAt.slice(0, MAX_REQUEST);
}

/** The time is that of the first look at the revision. */
function toAttempted({ previous, result }: StatusInput): GateStatus["attempted"] {
  if (result.kind !== "reconciled") return previous?.attempted;
  const { source, at } = result.decision;
  if (previous?.attempted?.revision === source.head) return previous.attempted;
  return { revision: source.head, at: toTime(at) };
}

function toAdmitted({ decision, entry }: PastDecision): GateStatus["admitted"] {
  if (decision.manifests === undefined) return undefined;
  return {
    revision: decision.source.revision,
    manifests: decision.manifests,
    entry: { index: entry.index, leafHash: entry.leafHash },
    at: toTime(decision.decidedAt),
  };
}

function toRefused({ previous, result, history }: StatusInput): GateStatus["refused"] {
  if (result.kind !== "reconciled") return previous?.refused;
  if (result.decision.verdict === "admit" || history.last === undefined) return undefined;
  const { entry, decision } = history.last;
  return {
    revision: decision.source.revision,
    stage: result.decision.reasons[0].stage,
    entry: { index: entry.index, leafHash: entry.leafHash },
    at: toTime(decision.decidedAt),
    total: decision.reasonCount,
    reasons: decision.reasons.slice(0, MAX_STATUS_REASONS).map(({ code, subject, message, remedy }) => ({
      code: toLine(code),
      subject: toLine(subject),
      message: toLine(message),
      remedy: toLine(remedy),
    })),
  };
}

/** While an admission is not carried out, the target holds what it held before, or both. */
function toApplied({ previous, history: { lastAdmit }, now }: StatusInput): GateStatus["applied"] {
  if (lastAdmit?.outcome !== "applied" && lastAdmit?.outcome !== "unchanged") return previous?.applied;
  const { decision, entry } = lastAdmit;
  const known = previous?.applied;
  if (known?.entry.index === entry.index && known.entry.leafHash === entry.leafHash) return known;
  return {
    revision: decision.source.revision,
    entry: { index: entry.index, leafHash: entry.leafHash },
    at: toTime(now),
  };
}
