import { type Judged, passed, refused } from "../refusal.ts";
import type { JsonObject, JsonValue } from "./types.ts";
import { Budget } from "./yaml/budget.ts";
import { MAX_DEPTH } from "./yaml/limits.ts";
import { REMEDIES, type YamlCode, YamlProblem } from "./yaml/problem.ts";
import { checkKey, checkText } from "./yaml/text.ts";

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy that has no prototype. */
export function withoutPrototype<T extends object>(fields: T): T {
  return Object.assign(Object.create(null), fields);
}

/**
 * Takes what `JSON.parse` gave, copied into prototype-free objects, under the same limits and rules as YAML.
 * Anything that JSON cannot say (undefined, NaN, a Date…) is malformed.
 */
export function adoptJson(value: unknown, subject: string): Judged<JsonValue, YamlCode> {
  const budget = new Budget();
  try {
    return passed(adopt(value, 0, budget));
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    return refused({ code: error.code, subject, message: error.message, remedy: REMEDIES[error.code] });
  }
}

function adopt(value: unknown, depth: number, budget: Budget): JsonValue {
  budget.spend(1, typeof value === "string" ? value.length : 0, 0);
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return checkText(value, 0);
  if (typeof value === "number") return checkNumber(value);
  if (depth >= MAX_DEPTH)
    throw new YamlProblem("TOO_DEEP", 0, `more than ${MAX_DEPTH} collections within each other`);
  if (Array.isArray(value)) return value.map((item) => adopt(item, depth + 1, budget));
  if (typeof value !== "object") throw new YamlProblem("MALFORMED_YAML", 0, `a ${typeof value} is not JSON`);
  const copy: { [key: string]: JsonValue } = Object.create(null);
  for (const [key, member] of Object.entries(value)) {
    budget.spend(0, key.length, 0);
    copy[checkKey(key, 0)] = adopt(member, depth + 1, budget);
  }
  return copy;
}

function checkNumber(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new YamlProblem("UNSAFE_NUMBER", 0, "a number that JSON does not have");
}
