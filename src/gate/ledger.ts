import { z } from "zod";
import { type DecisionRecord, type OutcomeResult, parseEntry, type StoredEntry } from "../audit/index.ts";
import type { Digest } from "../digest.ts";
import type { LogPosition } from "../verified.ts";
import { changeIdOf } from "./change.ts";
import type { Decision } from "./decision.ts";

/** A decision as the log has it. */
export interface PastDecision {
  readonly entry: LogPosition;
  readonly change: Digest;
  readonly decision: DecisionRecord;
  /** What became of an admission; absent while it is not carried out, and for a denial. */
  readonly outcome: OutcomeResult | undefined;
}

/** What the log says of one gate. */
export interface GateHistory {
  readonly last: PastDecision | undefined;
  readonly lastAdmit: PastDecision | undefined;
}

/** A log as the ledger reads it. */
export interface LogView {
  entries(): AsyncIterable<StoredEntry>;
  readEvidence(digest: Digest): Promise<Uint8Array>;
}

type GateName = Decision["gate"];

const evidenceSchema = z.object({ change: z.custom<Digest>((value) => typeof value === "string") });

/**
 * Where each gate stands, read out of the audit log. The log is the only memory: deleting any other state does
 * not rewind trust, and what is not in it never happened.
 */
export class Ledger {
  readonly #histories = new Map<string, GateHistory>();

  /** Reads the whole log, forward. Throws AuditError where its entries or evidence are not what was signed. */
  static async read(log: LogView): Promise<Ledger> {
    const ledger = new Ledger();
    for await (const { bytes, index, leafHash } of log.entries()) {
      const parsed = parseEntry(bytes);
      if (!parsed.ok) throw new TypeError(`entry ${index} is nothing that the log would have taken`);
      const entry = parsed.value;
      if (entry.kind === "outcome") {
        ledger.settle(entry.outcome.gate, entry.outcome.decision, entry.outcome.result);
        continue;
      }
      const evidence = await log.readEvidence(entry.decision.evidence);
      const { change } = evidenceSchema.parse(JSON.parse(Buffer.from(evidence).toString()));
      ledger.add({ entry: { index, leafHash }, change, decision: entry.decision, outcome: undefined });
    }
    return ledger;
  }

  historyOf(gate: GateName): GateHistory {
    return this.#histories.get(keyOf(gate)) ?? { last: undefined, lastAdmit: undefined };
  }

  /** The last admission, while nothing is recorded of what became of it. */
  pendingOf(gate: GateName): PastDecision | undefined {
    const { lastAdmit } = this.historyOf(gate);
    return lastAdmit?.outcome === undefined ? lastAdmit : undefined;
  }

  /** The entry that holds this very decision already, if the gate still stands where it left it. */
  find(decision: Decision): PastDecision | undefined {
    const { last, lastAdmit } = this.historyOf(decision.gate);
    const candidate = decision.verdict === "admit" ? lastAdmit : last;
    return candidate?.change === changeIdOf(decision) ? candidate : undefined;
  }

  /** Takes in a decision that is in the log. */
  add(past: PastDecision): void {
    const { lastAdmit } = this.historyOf(past.decision.gate);
    const admit = past.decision.verdict === "admit" ? past : lastAdmit;
    this.#histories.set(keyOf(past.decision.gate), { last: past, lastAdmit: admit });
  }

  /** Takes in an outcome that is in the log. */
  settle(gate: GateName, { index }: LogPosition, outcome: OutcomeResult): void {
    const settled = (past: PastDecision | undefined): PastDecision | undefined =>
      past?.entry.index === index ? { ...past, outcome } : past;
    const { last, lastAdmit } = this.historyOf(gate);
    this.#histories.set(keyOf(gate), { last: settled(last), lastAdmit: settled(lastAdmit) });
  }
}

function keyOf({ namespace, name }: GateName): string {
  return `${namespace}/${name}`;
}
