import type { TrustMaterial } from "../api/index.ts";
import type { Oid } from "../git/index.ts";
import type { GateHistory } from "./ledger.ts";

/** Where the range to verify begins: after this commit, at the tip as it is found, or with the first commit. */
export type RangeStart = Oid | "tip" | "root";

/**
 * The last admitted commit, and before there is one, what the policy's `history.start` says. `tip` is decided
 * once: where the first decision of this gate found it, and not anew while changes are being refused.
 */
export function rangeStart(history: TrustMaterial["history"], past: GateHistory): RangeStart {
  if (past.lastAdmit !== undefined) return past.lastAdmit.decision.source.revision;
  if (history.start !== "tip") return history.start;
  return past.last?.decision.source.base ?? "tip";
}
