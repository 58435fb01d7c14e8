import type { Refusal } from "../refusal.ts";
import { isJsonObject, withoutPrototype } from "./json.ts";
import { type ListCode, type Located, unrollLists } from "./lists.ts";
import type { JsonObject, JsonValue, KubernetesObject } from "./types.ts";

export type ObjectCode =
  | ListCode
  | "MISSING_FIELD"
  | "MALFORMED_FIELD"
  | "GENERATED_NAME"
  | "BEING_DELETED"
  | "TOO_MANY_OBJECTS";

/** More than any one render has; each is judged by every policy. */
export const MAX_OBJECTS = 10_000;

export interface ParsedObjects {
  readonly objects: readonly Located<KubernetesObject>[];
  readonly refusals: readonly Refusal<ObjectCode>[];
}

/** Takes Lists apart and checks the fields that make an object; one's problem does not hide those of others. */
export function parseObjects(documents: Iterable<Located<JsonValue>>): ParsedObjects {
  const objects: Located<KubernetesObject>[] = [];
  const refusals: Refusal<ObjectCode>[] = [];
  for (const unrolled of unrollLists(documents)) {
    if (objects.length + refusals.length >= MAX_OBJECTS) {
      const message = `more than ${MAX_OBJECTS} objects`;
      refusals.push({
        code: "TOO_MANY_OBJECTS",
        subject: "render",
        message,
        remedy: "split them over several gates",
      });
      break;
    }
    if ("refusal" in unrolled) {
      refusals.push(unrolled.refusal);
      continue;
    }
    const { value, origin } = unrolled.object;
    const problem = findProblem(value);
    if (problem === undefined) objects.push({ value: normalize(value as KubernetesObject), origin });
    else refusals.push({ ...problem, subject: nameUnchecked(value, origin) });
  }
  return { objects, refusals };
}

/** As much as it says of itself, and where it stood. */
function nameUnchecked({ kind, metadata }: JsonObject, origin: string): string {
  const name = isJsonObject(metadata) ? metadata.name : undefined;
  const said = [kind, name].filter((part) => typeof part === "string" && part !== "");
  return said.length === 0 ? origin : `${said.join(" ")} (${origin})`;
}

type Problem = Omit<Refusal<ObjectCode>, "subject">;

/** `group/version`, or `version` alone for the core group. */
const API_VERSION = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?v[0-9][a-z0-9]{0,61}$/;
const KIND = /^[A-Za-z][A-Za-z0-9]{0,62}$/;
/** What the API server takes as a path segment; most kinds narrow it further, RBAC does not (`system:node`). */
const NAME = /^(?!\.{1,2}$)[^/%\s\p{Cc}]{1,253}$/u;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

function findProblem(object: JsonObject): Problem | undefined {
  const { apiVersion, kind, metadata } = object;
  if (!matches(API_VERSION, apiVersion)) return fieldProblem("apiVersion", apiVersion);
  if (!matches(KIND, kind)) return fieldProblem("kind", kind);
  if (!isJsonObject(metadata)) return fieldProblem("metadata", metadata);
  return findMetadataProblem(metadata);
}

function findMetadataProblem(metadata: JsonObject): Problem | undefined {
  const { name, namespace, labels, annotations } = metadata;
  if (isPresent(metadata.generateName)) {
    const remedy = "give it a metadata.name";
    return {
      code: "GENERATED_NAME",
      message: "metadata.generateName makes another object each time",
      remedy,
    };
  }
  if (isPresent(metadata.deletionTimestamp) || isPresent(metadata.deletionGracePeriodSeconds)) {
    const remedy = "remove what a cluster wrote into metadata";
    return { code: "BEING_DELETED", message: "metadata says that the object is being deleted", remedy };
  }
  if (!matches(NAME, name)) return fieldProblem("metadata.name", name);
  if (isPresent(namespace) && !matches(NAMESPACE, namespace))
    return fieldProblem("metadata.namespace", namespace);
  if (isPresent(labels) && !isStringMap(labels)) return fieldProblem("metadata.labels", labels);
  if (isPresent(annotations) && !isStringMap(annotations))
    return fieldProblem("metadata.annotations", annotations);
  return undefined;
}

function fieldProblem(field: string, value: JsonValue | undefined): Problem {
  return isPresent(value)
    ? {
        code: "MALFORMED_FIELD",
        message: `${field} is not what Kubernetes takes there`,
        remedy: `correct ${field}`,
      }
    : { code: "MISSING_FIELD", message: `${field} is missing`, remedy: `add ${field}` };
}

/** Null and the empty text mean "none" in these fields, for Kubernetes as here. */
function isPresent(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value !== null && value !== "";
}

function matches(pattern: RegExp, value: JsonValue | undefined): boolean {
  return typeof value === "string" && pattern.test(value);
}

function isStringMap(value: JsonValue): boolean {
  return isJsonObject(value) && Object.values(value).every((each) => typeof each === "string");
}

/** One spelling for "none": a namespace, labels or annotations that say nothing are left out. */
function normalize(object: KubernetesObject): KubernetesObject {
  const metadata = Object.entries(object.metadata).filter(
    ([field, value]) => !OPTIONAL_METADATA.has(field) || isPresent(value),
  );
  const { name } = object.metadata;
  return withoutPrototype({
    ...object,
    metadata: withoutPrototype({ ...Object.fromEntries(metadata), name }),
  });
}

const OPTIONAL_METADATA: ReadonlySet<string> = new Set(["namespace", "labels", "annotations"]);
