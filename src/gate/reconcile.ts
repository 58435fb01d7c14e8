import type { ApplyReport, Target } from "../apply/index.ts";
import type { OutcomeResult } from "../audit/index.ts";
import type { Recorded } from "../verified.ts";
import type { Admit, Decision } from "./decision.ts";
import { GateError } from "./error.ts";
import { judge, judgeStanding } from "./judge.ts";
import type { PreparedGate } from "./prepare.ts";
import { rangeStart } from "./range-start.ts";
import { asAdmission, asRecorded, type Books, recordDecision, recordOutcome } from "./record.ts";
import { lastAdmission } from "./reset.ts";
import type { Stages } from "./stages.ts";

/** What one run of the flow came to. */
export interface Reconciled {
  readonly decision: Recorded<Decision>;
  /** Whether this run recorded the decision, or found it in the log already. */
  readonly news: boolean;
  /** What became of an admission in this run; absent where there was nothing to do. */
  readonly outcome?: OutcomeResult;
  /** What applying came to; absent where nothing was applied. */
  readonly report?: ApplyReport;
}

/**
 * Judges a gate's source once, records, and applies. Safe to interrupt anywhere and to repeat: what an
 * interrupted run left undone, the next one finishes on this same path.
 */
export async function reconcile(
  gate: PreparedGate,
  target: Target,
  books: Books,
  stages: Stages,
): Promise<Reconciled> {
  await books.ledger.catchUp(books.log); // an append of the run before may have been in doubt
  await settleApplied(gate, target, books, stages);
  const history = books.ledger.historyOf(gate.config.gate);
  const start = rangeStart(gate.config.trust.history, history);
  const decision = await judge(gate, { start, admitted: lastAdmission(history) }, stages);
  if (decision.verdict === "admit") return carryOut(decision, target, books, stages);
  const known = books.ledger.find(decision);
  const recorded = known && asRecorded(decision, known.entry);
  const denied = recorded ?? (await recordDecision(decision, books));
  stages.decided?.(denied, { news: recorded === undefined });
  const restored = await restoreStanding(gate, target, books, stages);
  return { decision: denied, news: recorded === undefined, ...restored };
}

/**
 * A head that is refused leaves in place what was admitted before it. Where somebody changed that, it is put back like
 * any other admission: judged by the trust and the policies of today, recorded, applied.
 */
async function restoreStanding(
  gate: PreparedGate,
  target: Target,
  books: Books,
  stages: Stages,
): Promise<Pick<Reconciled, "outcome" | "report">> {
  const { lastAdmit } = books.ledger.historyOf(gate.config.gate);
  if (lastAdmit?.outcome !== "applied" || (await target.isIntact(lastAdmit.entry))) return {};
  const standing = await judgeStanding(gate, lastAdmit.decision.source, stages);
  if (standing.verdict === "deny") return {};
  const { outcome, report } = await carryOut(standing, target, books, { ...stages, decided: undefined });
  return { ...(outcome && { outcome }), ...(report && { report }) };
}

async function carryOut(decision: Admit, target: Target, books: Books, stages: Stages): Promise<Reconciled> {
  const known = books.ledger.find(decision);
  const standing = known && asRecorded(decision, known.entry);
  const settled = known?.outcome !== undefined;
  if (standing !== undefined && settled && (await target.holds(asAdmission(standing)))) {
    return { decision: standing, news: false };
  }
  // Settled, but the target was changed by somebody else since: decided, recorded and applied again.
  const news = standing === undefined || settled;
  const recorded = news ? await recordDecision(decision, books) : standing; // durable before the target changes
  stages.decided?.(recorded, { news });
  const report = await target.apply(asAdmission(recorded));
  await settlePending(recorded.gate, books, stages, report);
  return { decision: recorded, news, outcome: "applied", report };
}

/**
 * What the target says of itself, against the log. It is a witness of what was applied: an entry that the log does
 * not hold means that the log was cut back, and whoever did that would rewind trust. An admission that the target
 * holds and that has no outcome was interrupted just before its outcome was recorded.
 */
async function settleApplied(
  { config }: PreparedGate,
  target: Target,
  books: Books,
  stages: Stages,
): Promise<void> {
  const current = await target.currentEntry();
  if (current === undefined) return;
  if (!books.ledger.admittedAt(current)) {
    throw new GateError(
      "LOG_BEHIND_TARGET",
      `the target of ${config.gate.namespace}/${config.gate.name} was brought to entry ${current.index}, which the audit log does not hold`,
      { remedy: "restore the log; to begin a new one on purpose, move the target away first" },
    );
  }
  if (books.ledger.pendingOf(config.gate)?.entry.leafHash === current.leafHash) {
    await settlePending(config.gate, books, stages);
  }
}

async function settlePending(
  gate: Decision["gate"],
  books: Books,
  stages: Stages,
  report?: ApplyReport,
): Promise<void> {
  const pending = books.ledger.pendingOf(gate);
  if (pending === undefined) throw new TypeError("an admission that was just applied is not pending");
  await recordOutcome(pending, { result: "applied", message: "", at: stages.now(), report }, books);
}
