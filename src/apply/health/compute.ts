import type { Cell, ObjectStatus, StatusRule } from "../../cell/index.ts";
import { clip } from "../../clip.ts";
import { printable } from "../../text.ts";
import { disclose } from "./disclose.ts";
import { toRefusals } from "./rules.ts";

/**
 * As kstatus has them. `Current`: what was asked for is there and works. `Failed`: it will not come by waiting.
 * `Unknown`: it could not be judged, and so counts as not ready. `NotFound` is for the caller to say.
 */
export type HealthStatus = ObjectStatus["status"];

export interface ObjectHealth {
  readonly status: HealthStatus;
  /** One line, clipped; part of it may be what a controller wrote into the object. */
  readonly message: string;
}

/** When objects of one group and kind are ready; see docs/health.md. */
export type HealthRule = StatusRule;

/** An object as the API server has it. */
export interface Observed {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: object;
  readonly [field: string]: unknown;
}

/**
 * Whether objects have become what was applied: by the rule for their kind, else by kstatus. One answer each, in
 * their order. Rules that are refused leave every object Unknown: `checkHealthRules` says so beforehand. Throws
 * CellError where the cell could not work.
 */
export async function computeHealth(
  objects: readonly Observed[],
  rules: readonly HealthRule[],
  cell: Pick<Cell, "computeStatus">,
): Promise<readonly ObjectHealth[]> {
  const result = await cell.computeStatus({ objects: objects.map((each) => disclose(each, rules)), rules });
  if (result.ok) return result.value.map(toHealth);
  const [first] = toRefusals(result.problems);
  const unjudged = toHealth({ status: "Unknown", message: `${first.subject}: ${first.message}` });
  return objects.map(() => unjudged);
}

function toHealth({ status, message }: ObjectStatus): ObjectHealth {
  return { status, message: clip(printable(message)) };
}
