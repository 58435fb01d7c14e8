import type { Decision } from "../../src/gate/index.ts";

/** Why a change was refused: `<stage> <code>` of each reason; empty for an admission. */
export function codesOf(decision: Decision): string[] {
  return decision.verdict === "deny" ? decision.reasons.map(({ stage, code }) => `${stage} ${code}`) : [];
}
