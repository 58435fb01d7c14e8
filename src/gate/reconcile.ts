import type { Admission, Target } from "../apply/index.ts";
import type { OutcomeResult } from "../audit/index.ts";
import type { Recorded } from "../verified.ts";
import type { Admit, Decision } from "./decision.ts";
import { judge } from "./judge.ts";
import type { PreparedGate } from "./prepare.ts";
import { rangeStart } from "./range-start.ts";
import { asRecorded, type Books, recordDecision, recordOutcome } from "./record.ts";
import type { Stages } from "./stages.ts";

/** What one run of the flow came to. */
export interface Reconciled {
  readonly decision: Recorded<Decision>;
  /** Whether this run recorded the decision, or found it in the log already. */
  readonly news: boolean;
  /** What became of an admission in this run; absent where there was nothing to do. */
  readonly outcome?: OutcomeResult;
}

/**
 * Judges a gate's branch once, records, and applies. Safe to interrupt anywhere and to repeat: what an
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
  const start = rangeStart(gate.config.trust.history, books.ledger.historyOf(gate.config.gate));
  const decision = await judge(gate, start, stages);
  if (decision.verdict === "admit") return carryOut(decision, target, books, stages);
  const known = books.ledger.find(decision);
  if (known !== undefined) return { decision: asRecorded(decision, known.entry), news: false };
  return { decision: await recordDecision(decision, books), news: true };
}

async function carryOut(decision: Admit, target: Target, books: Books, stages: Stages): Promise<Reconciled> {
  const known = books.ledger.find(decision);
  const standing = known && asRecorded(decision, known.entry);
  const settled = known?.outcome !== undefined;
  if (standing !== undefined && settled && (await target.holds(toAdmission(standing)))) {
    return { decision: standing, news: false };
  }
  // Settled, but the target was changed by somebody else since: decided, recorded and applied again.
  const news = standing === undefined || settled;
  const recorded = news ? await recordDecision(decision, books) : standing; // durable before the target changes
  await target.apply(toAdmission(recorded));
  await settlePending(recorded.gate, books, stages);
  return { decision: recorded, news, outcome: "applied" };
}

/** An interruption between the target's change and the log's entry of it: the target says that it happened. */
async function settleApplied(
  { config }: PreparedGate,
  target: Target,
  books: Books,
  stages: Stages,
): Promise<void> {
  const pending = books.ledger.pendingOf(config.gate);
  const current = pending && (await target.currentEntry());
  if (current !== undefined && current.leafHash === pending?.entry.leafHash) {
    await settlePending(config.gate, books, stages);
  }
}

async function settlePending(gate: Decision["gate"], books: Books, stages: Stages): Promise<void> {
  const pending = books.ledger.pendingOf(gate);
  if (pending === undefined) throw new TypeError("an admission that was just applied is not pending");
  await recordOutcome(pending, { result: "applied", message: "", at: stages.now() }, books);
}

function toAdmission({ gate, source, manifests, entry }: Recorded<Admit>): Recorded<Admission> {
  return { gate, revision: source.head, manifests, entry } as Recorded<Admission>;
}
