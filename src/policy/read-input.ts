import type { z } from "zod";
import { isNonEmpty, type Judged, passed, type Refusal, refused } from "../refusal.ts";
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type ObjectCode,
  parseObjects,
  parseYaml,
  type YamlCode,
} from "../render/index.ts";
import { changeInputSchema, objectInputSchema, type PolicyInput } from "./input.ts";

export type InputCode = YamlCode | ObjectCode | "INPUT_INVALID" | "EMPTY";

export interface ReadInput {
  readonly input: PolicyInput;
  /** Only where a whole input document brought them. */
  readonly parameters: JsonObject;
}

/** Either kind of input, or both in one. */
const wholeInputSchema = objectInputSchema
  .partial({ object: true })
  .extend(changeInputSchema.partial().pick({ objects: true }).shape);

/**
 * Reads what policies are to be tried on: manifests, around which an otherwise empty change is put, or one whole
 * input document as the published schemas describe it.
 */
export function readInput(bytes: Uint8Array, file: string, now: number): Judged<ReadInput, InputCode> {
  const parsed = parseYaml(bytes, file);
  if (!parsed.ok) return parsed;
  const [first, ...more] = parsed.value;
  if (first !== undefined && more.length === 0 && isWholeInput(first.value))
    return readWhole(first.value, file);

  const located = parsed.value.map(({ value, line }) => ({ value, origin: `${file}:${line}` }));
  const { objects, refusals } = parseObjects(located);
  if (isNonEmpty(refusals)) return { ok: false, refusals };
  if (objects.length === 0) return refused(emptyRefusal(file));
  return passed({
    input: { ...emptyChange(now), objects: objects.map(({ value }) => value) },
    parameters: {},
  });
}

function isWholeInput(value: JsonValue): boolean {
  return isJsonObject(value) && value.apiVersion === undefined && ("object" in value || "objects" in value);
}

function readWhole(value: JsonValue, file: string): Judged<ReadInput, InputCode> {
  const parsed = wholeInputSchema.safeParse(value);
  if (!parsed.success) {
    const [first, ...more] = parsed.error.issues.map((issue) => toRefusal(issue, file));
    return first === undefined ? refused(emptyRefusal(file)) : refused(first, ...more);
  }
  const { parameters, object, objects: several = [], ...evidence } = parsed.data;
  const given = (object === undefined ? several : [object, ...several]) as JsonObject[];
  const { objects, refusals } = parseObjects(given.map((each) => ({ value: each, origin: file })));
  if (isNonEmpty(refusals)) return { ok: false, refusals };
  if (objects.length === 0) return refused(emptyRefusal(file));
  const input = { ...evidence, objects: objects.map(({ value: each }) => each) };
  return passed({ input, parameters: parameters as JsonObject });
}

function toRefusal({ path, message }: z.core.$ZodIssue, file: string): Refusal<"INPUT_INVALID"> {
  const subject = [file, ...path.map(String)].join("/");
  return { code: "INPUT_INVALID", subject, message, remedy: "see `sluice policy schema`" };
}

function emptyRefusal(file: string): Refusal<"EMPTY"> {
  return { code: "EMPTY", subject: file, message: "not one object", remedy: "give a manifest" };
}

/** A change in which nothing is known but the time. */
function emptyChange(now: number): Omit<PolicyInput, "objects"> {
  return {
    gate: { namespace: "default", name: "policy-eval" },
    time: new Date(now).toISOString(),
    source: { url: "", ref: "", revision: "", base: null, commits: [], changedPaths: [] },
    images: {},
    imageNotices: [],
  };
}
