import type { Digest } from "../../digest.ts";
import { readEvidence } from "../evidence.ts";
import { toHex } from "../merkle/index.ts";
import { type DecisionRecord, type OutcomeRecord, verifyEntry } from "../statement/index.ts";
import type { LogFiles } from "../store/index.ts";
import type { VerifierKey } from "../tlog/verifier-key.ts";
import type { Report } from "./report.ts";
import type { WalkedEntry } from "./tree.ts";

export interface EntryCounts {
  readonly decisions: number;
  readonly outcomes: number;
  /** Admitted changes whose outcome is not recorded; the last one of a gate may be under way. */
  readonly withoutOutcome: number;
  /** Distinct pieces of evidence that are there and whole. */
  readonly evidence: number;
}

/** What an outcome must agree with: no more is kept of a decision, as a log may have very many. */
interface Decided extends Pick<DecisionRecord, "verdict" | "gate" | "source" | "manifests"> {
  readonly leafHash: string;
}

/** Checks entry after entry: its signature, its statement, its evidence, and outcomes against decisions. */
export class EntryCheck {
  readonly #files: LogFiles;
  readonly #key: VerifierKey;
  readonly #report: Report;
  readonly #decided = new Map<number, Decided>();
  readonly #settled = new Set<number>();
  readonly #removed = new Set<number>();
  readonly #evidence = new Set<Digest>();

  constructor(files: LogFiles, key: VerifierKey, report: Report) {
    this.#files = files;
    this.#key = key;
    this.#report = report;
  }

  get counts(): EntryCounts {
    const admitted = this.#decided.values().filter(({ verdict }) => verdict === "admit");
    return {
      decisions: this.#decided.size,
      outcomes: this.#settled.size,
      withoutOutcome: admitted.toArray().length - this.#settled.size,
      evidence: this.#evidence.size,
    };
  }

  async check({ index, leaf, bytes }: WalkedEntry): Promise<void> {
    const subject = `entry ${index}`;
    const entry = verifyEntry(bytes, this.#key);
    if (!entry.ok) return this.#report.addAll(entry.refusals.map((refusal) => ({ ...refusal, subject })));
    if (entry.value.kind === "outcome") return this.#checkOutcome(entry.value.outcome, subject);
    const { verdict, gate, source, manifests, evidence } = entry.value.decision;
    this.#decided.set(index, { leafHash: toHex(leaf), verdict, gate, source, manifests });
    await this.#checkEvidence(evidence, subject);
  }

  async #checkEvidence(digest: Digest, subject: string): Promise<void> {
    if (this.#evidence.has(digest)) return;
    const evidence = await readEvidence(this.#files, digest);
    if (evidence.ok) {
      this.#evidence.add(digest);
      return;
    }
    this.#report.addAll(
      evidence.refusals.map((refusal) => ({ ...refusal, subject: `${subject}, ${digest}` })),
    );
  }

  #checkOutcome(outcome: OutcomeRecord, subject: string): void {
    const { index, leafHash } = outcome.decision;
    const decided = this.#decided.get(index);
    if (decided === undefined || decided.leafHash !== leafHash) {
      this.#report.add("DANGLING_OUTCOME", subject, `entry ${index} is not the decision that it speaks of`);
    } else if (decided.verdict === "deny") {
      this.#report.add("OUTCOME_OF_DENIAL", subject, `the change was denied in entry ${index}`);
    } else if (!isSameChange(outcome, decided)) {
      this.#report.add("OUTCOME_MISMATCH", subject, `entry ${index} decided about another change`);
    } else if (this.#removed.has(index) || (this.#settled.has(index) && outcome.result !== "removed")) {
      this.#report.add("DUPLICATE_OUTCOME", subject, `the decision in entry ${index} has an outcome already`);
    } else {
      this.#settled.add(index);
      if (outcome.result === "removed") this.#removed.add(index);
    }
  }
}

function isSameChange(outcome: OutcomeRecord, decision: Decided): boolean {
  return (
    outcome.gate.namespace === decision.gate.namespace &&
    outcome.gate.name === decision.gate.name &&
    outcome.source.url === decision.source.url &&
    outcome.source.revision === decision.source.revision &&
    outcome.manifests === decision.manifests
  );
}
