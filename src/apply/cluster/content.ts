import { createHash } from "node:crypto";
import type { KubeObject } from "../../kube/index.ts";
import { canonicalJson } from "../../render/index.ts";
import { ownedFields } from "./drift.ts";
import type { FieldSet } from "./fields.ts";
import { countedMetadata, isHarmless, toleratedPaths } from "./foreign.ts";
import { toRef } from "./refs.ts";

type Json = Record<string, unknown>;

/** 128 bits: it is compared with what we wrote down ourselves. */
const DIGEST_DIGITS = 32;

/**
 * A digest of what decides what runs: all but `status`, `metadata` that decides nothing, and what Kubernetes' own
 * controllers fill in. `managedFields` can be written by whoever may write the object; this cannot be talked away.
 */
export function contentOf(object: KubeObject, owned: FieldSet = ownedFields(object.metadata)): string {
  const { status: _, metadata: __, ...kept }: Json = structuredClone(object);
  for (const path of leftToOthers(object, owned)) removePath(kept, path);
  const text = canonicalJson(JSON.parse(JSON.stringify({ ...kept, metadata: metadataThatCounts(object) })));
  return createHash("sha256").update(text).digest("hex").slice(0, DIGEST_DIGITS);
}

/**
 * The object as a replacement of what is there: nothing that the source does not say, but for what belongs to others by
 * right (finalizers, harmless annotations, what controllers fill in), and the version that it replaces.
 */
export function toReplacement(wanted: KubeObject, live: KubeObject): KubeObject {
  const { managedFields: _, labels = {}, annotations = {}, ...metadata } = live.metadata;
  const counted = countedMetadata(toRef(wanted));
  const keep = (map: Record<string, string>, name: "f:labels" | "f:annotations") =>
    Object.fromEntries(Object.entries(map).filter(([key]) => isHarmless(key) || !counts(counted, name, key)));
  const replacement: KubeObject = {
    ...structuredClone(wanted),
    ...(live.status !== undefined && { status: live.status }),
    metadata: {
      ...metadata,
      labels: { ...keep(labels, "f:labels"), ...wanted.metadata.labels },
      annotations: { ...keep(annotations, "f:annotations"), ...wanted.metadata.annotations },
    },
  };
  for (const path of leftToOthers(wanted, ownedFields(live.metadata))) copyPath(live, replacement, path);
  return replacement;
}

function metadataThatCounts({ metadata, ...type }: KubeObject): Json {
  const counted = countedMetadata(toRef({ ...type, metadata }));
  const pick = (map: Record<string, string> = {}, name: "f:labels" | "f:annotations") =>
    Object.fromEntries(Object.entries(map).filter(([key]) => !isHarmless(key) && counts(counted, name, key)));
  return {
    labels: pick(metadata.labels, "f:labels"),
    annotations: pick(metadata.annotations, "f:annotations"),
  };
}

/** Our own directives count on every kind: nobody but the source may give them. */
function counts(counted: readonly string[], map: string, key: string): boolean {
  return counted.includes(map) || key.startsWith("sluice.dev/");
}

/** What controllers fill in; and a count that the source leaves open is for whoever scales. */
function leftToOthers(object: KubeObject, owned: FieldSet): readonly (readonly string[])[] {
  const paths = toleratedPaths(toRef(object), owned);
  return owned["f:spec"]?.["f:replicas"] === undefined ? [...paths, ["f:spec", "f:replicas"]] : paths;
}

function removePath(value: unknown, [head, ...tail]: readonly string[]): void {
  for (const [holder, key] of places(value, head)) {
    if (tail.length === 0) delete holder[key];
    else removePath(holder[key], tail);
  }
}

/** List items are matched by their place: controllers fill in, they do not reorder. */
function copyPath(from: unknown, to: unknown, [head, ...tail]: readonly string[]): void {
  for (const [holder, key] of places(from, head)) {
    const target = Object(to) as Json;
    if (tail.length === 0) target[key] = holder[key];
    else if (target[key] !== undefined) copyPath(holder[key], target[key], tail);
  }
}

/** Where `f:<field>` of an object is, or each item of a list for `*`. */
function places(value: unknown, segment: string | undefined): [Json, string][] {
  if (typeof value !== "object" || value === null || segment === undefined) return [];
  const holder = value as Json;
  if (segment === "*")
    return Array.isArray(value) ? [...value.keys()].map((index) => [holder, `${index}`]) : [];
  const field = segment.slice("f:".length);
  return Object.hasOwn(holder, field) ? [[holder, field]] : [];
}
