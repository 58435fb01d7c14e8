import { KubeError } from "./error.ts";
import { MAX_FIELDS_DEPTH } from "./limits.ts";
import { isRecord, type KubeObject, type ObjectMeta, type ObjectType } from "./object.ts";

type Check = (value: unknown) => boolean;
type Form = Readonly<Record<string, Check>>;

const OWNER: Form = {
  apiVersion: isText,
  kind: isText,
  name: isText,
  uid: isText,
  controller: optional(isBoolean),
  blockOwnerDeletion: optional(isBoolean),
};

const ENTRY: Form = {
  manager: isText,
  operation: (value) => value === "Apply" || value === "Update",
  apiVersion: isText,
  time: optional(isText),
  subresource: optional(isText),
  fieldsType: optional((value) => value === "FieldsV1"),
  fieldsV1: optional((value) => isFieldSet(value, 0)),
};

const META: Form = {
  name: isText,
  namespace: optional(isText),
  uid: optional(isText),
  resourceVersion: optional(isText),
  generation: optional(Number.isSafeInteger),
  labels: optional(isTextMap),
  annotations: optional(isTextMap),
  finalizers: optional(listOf(isText)),
  ownerReferences: optional(listOf((owner) => isRecord(owner) && brokenField(owner, OWNER) === undefined)),
  creationTimestamp: optional(isText),
  deletionTimestamp: optional(isText),
  managedFields: optional(listOf((entry) => isRecord(entry) && brokenField(entry, ENTRY) === undefined)),
};

/**
 * Undefined for what is no object; with `type` added, which an item of a list does not repeat. Throws PROTOCOL for
 * metadata that is malformed.
 */
export function toKubeObject(value: unknown, type: ObjectType): KubeObject | undefined {
  if (!isRecord(value) || !isRecord(value.metadata)) return undefined;
  // Metadata-only answers say PartialObjectMetadata: what was asked for is known better here.
  return { ...value, apiVersion: type.apiVersion, kind: type.kind, metadata: toMeta(value.metadata, type) };
}

/**
 * What an API server says of an object, looked at once, so that nobody behind has to: another cluster's API server is
 * whoever its kubeconfig names. Go writes what is absent as null, and leaves out what is empty. Throws PROTOCOL.
 */
export function toMeta(said: Record<string, unknown>, { kind }: ObjectType): ObjectMeta {
  const { name = "", managedFields, ...rest } = withoutNulls(said);
  const metadata = {
    ...rest,
    name,
    ...(managedFields !== undefined && { managedFields: toEntries(managedFields) }),
  };
  if (isMeta(metadata)) return metadata;
  throw new KubeError(
    "PROTOCOL",
    `the API server sends a ${kind} whose metadata.${brokenField(metadata, META)} is malformed`,
  );
}

function toEntries(entries: unknown): unknown {
  if (!Array.isArray(entries)) return entries;
  return entries.map((entry: unknown) =>
    isRecord(entry) ? { manager: "", apiVersion: "", ...withoutNulls(entry) } : entry,
  );
}

function withoutNulls(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}

function isMeta(metadata: object): metadata is ObjectMeta {
  return brokenField({ ...metadata }, META) === undefined;
}

function brokenField(record: Record<string, unknown>, form: Form): string | undefined {
  return Object.keys(form).find((field) => form[field]?.(record[field]) !== true);
}

function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

/** What is not well-formed has no UTF-8, and Go never sends it. */
function isText(value: unknown): boolean {
  return typeof value === "string" && value.isWellFormed();
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function isTextMap(value: unknown): boolean {
  return isRecord(value) && Object.entries(value).every((entry) => entry.every(isText));
}

/** `.`, or a letter that says what follows: none of these is a name that every JavaScript object has. */
const SEGMENT = /^(?:\.$|[a-z]:)/;

/** https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/fieldpath/serialize.go */
function isFieldSet(value: unknown, depth: number): boolean {
  return (
    isRecord(value) &&
    depth <= MAX_FIELDS_DEPTH &&
    Object.entries(value).every(
      ([segment, below]) => SEGMENT.test(segment) && isText(segment) && isFieldSet(below, depth + 1),
    )
  );
}
