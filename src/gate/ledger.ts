import { z } from "zod";
import {
  type DecisionRecord,
  type OutcomeRecord,
  type OutcomeResult,
  parseEntry,
  type StoredEntry,
} from "../audit/index.ts";
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
  /** From that index on, in order, up to the end as it is now. */
  entries(from: number): AsyncIterable<StoredEntry>;
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
  /** Leaf hashes of the admissions, by index. */
  readonly #admissions = new Map<number, string>();
  /** Of what is being recorded, by its evidence. */
  readonly #changes = new Map<Digest, Digest>();
  /** The index of the first entry that was not taken in. */
  #next = 0;

  static async read(log: LogView): Promise<Ledger> {
    const ledger = new Ledger();
    await ledger.catchUp(log);
    return ledger;
  }

  /**
   * Takes in what the log holds by now, whoever appended it, and also after an append that was in doubt. Calls
   * may overlap. Throws AuditError where entries or evidence cannot be read.
   */
  async catchUp(log: LogView): Promise<void> {
    for await (const stored of log.entries(this.#next)) {
      const read = await this.#read(stored, log);
      if (stored.index !== this.#next) continue; // taken in by a call that overlaps
      this.#next += 1;
      if (read.kind === "decision") this.#add(read.past);
      else this.#settle(read.outcome);
    }
  }

  /**
   * Which change the evidence is about that an entry is about to name, for as long as `record` runs: it need not be read
   * back for that.
   */
  async whileRecording<T>(evidence: Digest, change: Digest, record: () => Promise<T>): Promise<T> {
    this.#changes.set(evidence, change);
    try {
      return await record();
    } finally {
      this.#changes.delete(evidence);
    }
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

  /** Whether the log holds an admission at this very place. */
  admittedAt({ index, leafHash }: LogPosition): boolean {
    return this.#admissions.get(index) === leafHash;
  }

  async #read({ bytes, index, leafHash }: StoredEntry, log: LogView): Promise<ReadEntry> {
    const parsed = parseEntry(bytes);
    if (!parsed.ok) throw new TypeError(`entry ${index} is nothing that the log would have taken`);
    const entry = parsed.value;
    if (entry.kind === "outcome") return { kind: "outcome", outcome: entry.outcome };
    const { evidence } = entry.decision;
    const change = this.#changes.get(evidence) ?? changeIn(await log.readEvidence(evidence));
    const past = { entry: { index, leafHash }, change, decision: entry.decision, outcome: undefined };
    return { kind: "decision", past };
  }

  #add(past: PastDecision): void {
    if (past.decision.verdict === "admit") this.#admissions.set(past.entry.index, past.entry.leafHash);
    const { lastAdmit } = this.historyOf(past.decision.gate);
    const admit = past.decision.verdict === "admit" ? past : lastAdmit;
    this.#histories.set(keyOf(past.decision.gate), { last: past, lastAdmit: admit });
  }

  #settle({ gate, decision, result }: OutcomeRecord): void {
    const settled = (past: PastDecision | undefined): PastDecision | undefined =>
      past?.entry.index === decision.index ? { ...past, outcome: result } : past;
    const { last, lastAdmit } = this.historyOf(gate);
    this.#histories.set(keyOf(gate), { last: settled(last), lastAdmit: settled(lastAdmit) });
  }
}

type ReadEntry =
  | { readonly kind: "decision"; readonly past: PastDecision }
  | { readonly kind: "outcome"; readonly outcome: OutcomeRecord };

function changeIn(evidence: Uint8Array): Digest {
  return evidenceSchema.parse(JSON.parse(Buffer.from(evidence).toString())).change;
}

function keyOf({ namespace, name }: GateName): string {
  return `${namespace}/${name}`;
}
