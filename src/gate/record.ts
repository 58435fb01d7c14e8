import type { Admission, ApplyReport } from "../apply/index.ts";
import {
  type AuditLog,
  type DecisionReset,
  type DecisionStatementInput,
  type Listed,
  type OutcomeResult,
  sealDecision,
  sealOutcome,
} from "../audit/index.ts";
import type { Digest } from "../digest.ts";
import type { LogPosition, Recorded } from "../verified.ts";
import { VERSION } from "../version.ts";
import { changeIdOf } from "./change.ts";
import type { Admit, Decision } from "./decision.ts";
import { toEvidence } from "./evidence.ts";
import type { Ledger, PastDecision } from "./ledger.ts";
import { countSigners } from "./signers.ts";

/** Where decisions are kept, and what is read out of there. */
export interface Books {
  readonly log: AuditLog;
  readonly ledger: Ledger;
}

/**
 * Makes a decision durable in the log; nothing may act on one before. An admission that was never carried out is
 * settled first: every admission has one outcome.
 */
export async function recordDecision<T extends Decision>(judged: T, books: Books): Promise<Recorded<T>> {
  const { log, ledger } = books;
  const decision = withPreviousTrust(judged, ledger);
  const pending = ledger.pendingOf(decision.gate);
  if (pending !== undefined) {
    await recordOutcome(
      pending,
      { result: "superseded", message: "not carried out", at: decision.at },
      books,
    );
  }
  const evidence = await log.putEvidence(toEvidence(decision)); // durable before the entry that names it
  return ledger.whileRecording(evidence, changeIdOf(decision), async () => {
    const entry = await log.append(await sealDecision(toStatementInput(decision, evidence), log));
    await ledger.catchUp(log);
    return asRecorded(decision, entry);
  });
}

/** Whoever changes a TrustPolicy changes what passes: the first decision under it names the one before. */
function withPreviousTrust<T extends Decision>(decision: T, ledger: Ledger): T {
  const before = ledger.historyOf(decision.gate).last?.decision.trust;
  const { name, digest } = decision.trust;
  if (before === undefined || (before.name === name && before.digest === digest)) return decision;
  return { ...decision, trust: { name, digest, previous: { name: before.name, digest: before.digest } } };
}

/** Written out in an entry, which has a limit of its own; what is beyond is counted. */
const MAX_PRUNED = 100;
const MAX_DRIFT = 20;

function listed<T>(items: readonly T[], most: number): Listed<T> | undefined {
  return items.length === 0 ? undefined : { total: items.length, first: items.slice(0, most) };
}

export interface OutcomeNote {
  readonly result: OutcomeResult;
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly report?: ApplyReport | undefined;
}

/** Makes durable what became of an admission. */
export async function recordOutcome(
  { entry, decision }: Pick<PastDecision, "entry" | "decision">,
  { result, message, at, report }: OutcomeNote,
  { log, ledger }: Books,
): Promise<void> {
  const { gate, source, manifests } = decision;
  if (manifests === undefined) throw new TypeError("only what was admitted has an outcome");
  const outcome = {
    gate,
    source,
    manifests,
    decision: entry,
    result,
    message,
    pruned: report && listed(report.pruned, MAX_PRUNED),
    drift: report && listed(report.drift, MAX_DRIFT),
    observedAt: at,
    version: VERSION,
  };
  await log.append(await sealOutcome(outcome, log));
  await ledger.catchUp(log);
}

/** What taking a gate's objects away, or letting go of them, will come to. */
export type RemovalNote = Pick<OutcomeNote, "message" | "at"> & Pick<ApplyReport, "pruned">;

/** Makes durable that what a gate has is taken away, before it is; once, however often that is tried. */
export async function recordRemoval(
  gate: Decision["gate"],
  { pruned, message, at }: RemovalNote,
  books: Books,
): Promise<void> {
  const { lastAdmit } = books.ledger.historyOf(gate);
  if (lastAdmit === undefined || lastAdmit.outcome === "removed") return;
  const report = { pruned, drift: [] };
  await recordOutcome(lastAdmit, { result: "removed", message, at, report }, books);
}

/** The one place that marks a decision as recorded; `entry` is where the log has it. */
export function asRecorded<T extends Decision>(decision: T, { index, leafHash }: LogPosition): Recorded<T> {
  return { ...decision, entry: { index, leafHash } } as Recorded<T>;
}

/** What apply is handed of a recorded admission. */
export function asAdmission({ gate, source, manifests, entry }: Recorded<Admit>): Recorded<Admission> {
  return { gate, revision: source.head, manifests, entry } as Recorded<Admission>;
}

/** Only of a way back that was taken. */
function toReset({ reset, source }: Decision): DecisionReset | undefined {
  if (reset?.to === undefined || reset.to !== source.base) return undefined;
  const signers = reset.records.flatMap(({ target, code, signer, key }) =>
    code === null && target === reset.to && signer !== null && key !== null ? [{ name: signer, key }] : [],
  );
  return { from: reset.from, entry: reset.entry.index, signers };
}

function toStatementInput(decision: Decision, evidence: Digest): DecisionStatementInput {
  const { gate, source, at, trust, policies, commits } = decision;
  const common = {
    gate,
    source: {
      url: source.url,
      ref: source.ref,
      revision: source.head,
      base: source.base,
      tag: source.tag,
    },
    decidedAt: at,
    version: VERSION,
    trust,
    policies,
    signers: countSigners(commits),
    reset: toReset(decision),
    submodules: decision.submodules?.map(({ path, url, revision, trust: by }) => ({
      path,
      url,
      revision,
      trust: by,
    })),
    evidence,
  };
  return decision.verdict === "admit"
    ? { ...common, verdict: "admit", manifests: decision.manifests.digest }
    : { ...common, verdict: "deny", reasons: decision.reasons };
}
