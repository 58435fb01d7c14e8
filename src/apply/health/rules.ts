import type { Cell, CellProblem, CellProblemCode } from "../../cell/index.ts";
import { type Judged, type NonEmpty, passed, type Refusal, refused } from "../../refusal.ts";
import type { HealthRule } from "./compute.ts";

export type HealthRuleCode = CellProblemCode;

/** What the operator calls the rules, whose places the cell gives as `rules[0].current`. */
const FIELD = "healthChecks";

/** Compiles the rules. A refusal's subject is the place: `healthChecks[0].current:1:8`, row and column from one. */
export async function checkHealthRules(
  rules: readonly HealthRule[],
  cell: Pick<Cell, "checkStatusRules">,
): Promise<Judged<readonly HealthRule[], HealthRuleCode>> {
  const result = await cell.checkStatusRules(rules);
  return result.ok ? passed(rules) : refused(...toRefusals(result.problems));
}

export function toRefusals([first, ...more]: NonEmpty<CellProblem>): [
  Refusal<HealthRuleCode>,
  ...Refusal<HealthRuleCode>[],
] {
  return [toRefusal(first), ...more.map(toRefusal)];
}

function toRefusal({ code, message, file = "", row, col, remedy }: CellProblem): Refusal<HealthRuleCode> {
  const place = file.startsWith("rules") ? FIELD + file.slice("rules".length) : file || FIELD;
  return {
    code,
    subject: [place, row, col].filter((part) => part !== undefined).join(":"),
    message,
    remedy: remedy ?? "correct the expression; docs/health.md has examples",
  };
}
