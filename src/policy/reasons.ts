import { boundText } from "./text.ts";

/** One element of a `deny` or `warn` set. */
export interface Reason {
  readonly message: string;
  readonly path?: string;
  readonly remediation?: string;
}

export interface CollectedReason extends Reason {
  readonly entrypoint: string;
}

/**
 * Reads what a collecting rule gave: `{rule, reason}` objects, each reason a string or an object with `msg` and
 * optionally `path` and `remediation`. Undefined for anything else, a rule that gave no set included: what
 * cannot be read must not pass for "no reason against it".
 */
export function readReasons(resultSet: unknown): readonly CollectedReason[] | undefined {
  if (!Array.isArray(resultSet) || resultSet.length !== 1) return undefined;
  const collected: unknown = resultSet[0]?.result;
  if (!Array.isArray(collected)) return undefined;
  const reasons = collected.map(readCollected);
  return reasons.every((reason) => reason !== undefined) ? reasons : undefined;
}

function readCollected(value: unknown): CollectedReason | undefined {
  const { rule, reason } = fieldsOf(value);
  const read = readReason(reason);
  return typeof rule === "string" && read !== undefined ? { entrypoint: rule, ...read } : undefined;
}

function readReason(value: unknown): Reason | undefined {
  if (typeof value === "string") return { message: boundText(value) };
  const { msg, path, remediation } = fieldsOf(value);
  if (typeof msg !== "string" || !isOptionalText(path) || !isOptionalText(remediation)) return undefined;
  return {
    message: boundText(msg),
    ...(path !== undefined && { path: boundText(path) }),
    ...(remediation !== undefined && { remediation: boundText(remediation) }),
  };
}

function fieldsOf(value: unknown): { readonly [field: string]: unknown } {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}
