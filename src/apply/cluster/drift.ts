import { createHash } from "node:crypto";
import type { ManagedFieldsEntry, ObjectMeta, ObjectRef } from "../../kube/index.ts";
import { canonicalJson, groupOf } from "../../render/index.ts";
import {
  type FieldSet,
  intersectFields,
  isEmptySet,
  pickFields,
  subtractFields,
  uniteFields,
} from "./fields.ts";
import { FOREIGN_FIELDS_ANNOTATION, type GateName, isOwner } from "./ownership.ts";

/** As the API server records who owns which field. */
export const FIELD_MANAGER = "sluice";

/** Why an admitted object is not as it was applied. */
export type Drift =
  /** It is gone, or was made anew, or its labels say another gate. */
  | { readonly kind: "replaced" | "missing" }
  /** Fields that the source sets were changed or removed. */
  | { readonly kind: "changed" };

export interface Applied {
  readonly uid?: string | undefined;
  readonly fingerprint?: string | undefined;
}

/**
 * Compares an object's metadata with what it was when it had been applied. That is enough, and no request for the
 * object itself is needed: whoever changes or removes a field that we own takes it out of our entry in
 * `managedFields`, or, under our own manager's name, moves that entry's time; whoever adds a field is named there with it.
 */
export function findDrift(applied: Applied, live: ObjectMeta | undefined, gate: GateName): Drift | undefined {
  if (live === undefined || live.deletionTimestamp !== undefined) return { kind: "missing" };
  if (live.uid !== applied.uid || !isOwner(gate, live)) return { kind: "replaced" };
  if (fingerprintOf(live) !== applied.fingerprint) return { kind: "changed" };
  return undefined;
}

/**
 * Fields in an object of ours that others own alone, but for those that Kubernetes itself fills in there
 * and those that the source's author leaves to others.
 */
export function foreignFields(ref: ObjectRef, live: ObjectMeta): FieldSet {
  if (live.annotations?.[FOREIGN_FIELDS_ANNOTATION] === "keep") return {};
  const entries = live.managedFields ?? [];
  const theirs = entries
    .filter(isForeign)
    .reduce<FieldSet>((all, entry) => uniteFields(all, setOf(entry)), {});
  const content = pickFields(theirs, (field) => !NOT_CONTENT.has(field));
  const owned = ownedFields(live);
  return subtractTrees(subtractFields(content, owned), tolerated(ref, owned));
}

/** Which others own some of these fields. */
export function managersOf(fields: FieldSet, { managedFields = [] }: ObjectMeta): string[] {
  const touching = managedFields.filter(
    (entry) => !isOurs(entry) && !isEmptySet(intersectFields(fields, setOf(entry))),
  );
  return [...new Set(touching.map(({ manager }) => manager))];
}

/** What of our fields is no longer ours, given what an apply would own. */
export function lostFields(wanted: ObjectMeta, live: ObjectMeta): FieldSet {
  return subtractFields(ownedFields(wanted), ownedFields(live));
}

/** What the object's identity and our hold on its fields come to; anything else about it may change freely. */
export function fingerprintOf({ uid, managedFields = [] }: ObjectMeta): string {
  const ours = managedFields.find(isOurs);
  const { apiVersion = "", time = "", fieldsV1 = {} } = ours ?? {};
  const text = canonicalJson(JSON.parse(JSON.stringify({ uid, apiVersion, time, fieldsV1 })));
  return createHash("sha256").update(text).digest("hex").slice(0, FINGERPRINT_DIGITS);
}

/**
 * `managedFields` in which the foreign fields are ours, so that the next apply, which does not name them, removes
 * them: server-side apply takes away what its manager owned and no longer asks for.
 */
export function claimFields(live: ObjectMeta, foreign: FieldSet): ManagedFieldsEntry[] {
  return (live.managedFields ?? []).flatMap((entry) => {
    if (isOurs(entry)) return [{ ...entry, fieldsV1: uniteFields(setOf(entry), foreign) }];
    if (!isForeign(entry)) return [entry];
    const rest = subtractFields(setOf(entry), foreign);
    return isEmptySet(rest) ? [] : [{ ...entry, fieldsV1: rest }];
  });
}

/** 128 bits: nobody gains from a collision of what only we write. */
const FINGERPRINT_DIGITS = 32;

/** What says nothing about what runs; labels and annotations are added by many, and ours are in the fingerprint. */
const NOT_CONTENT = new Set(["apiVersion", "kind", "metadata", "status"]);

/**
 * Fields that Kubernetes' own controllers write into objects of others, whoever writes them: a manager's name is
 * what its client says, and proves nothing. A path covers all below it; `*` stands for one list item.
 */
const TOLERATED: Readonly<Record<string, readonly string[]>> = {
  "/PersistentVolumeClaim": ["f:spec/f:volumeName"],
  "/PersistentVolume": ["f:spec/f:claimRef"],
  "/Namespace": ["f:spec/f:finalizers"],
  "/ServiceAccount": ["f:secrets", "f:imagePullSecrets"],
  "/Service": ["f:spec/f:clusterIP", "f:spec/f:clusterIPs", "f:spec/f:healthCheckNodePort"],
  "apiextensions.k8s.io/CustomResourceDefinition": [
    "f:spec/f:conversion/f:webhook/f:clientConfig/f:caBundle",
  ],
  "apiregistration.k8s.io/APIService": ["f:spec/f:caBundle"],
  "admissionregistration.k8s.io/MutatingWebhookConfiguration": ["f:webhooks/*/f:clientConfig/f:caBundle"],
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration": ["f:webhooks/*/f:clientConfig/f:caBundle"],
};

function tolerated({ apiVersion, kind }: ObjectRef, owned: FieldSet): string[][] {
  // The rules of an aggregated role are its controller's to write, and nobody's otherwise.
  if (Object.hasOwn(owned, "f:aggregationRule")) return [["f:rules"]];
  const paths = TOLERATED[`${groupOf(apiVersion)}/${kind}`] ?? [];
  return paths.map((path) => path.split("/"));
}

function subtractTrees(set: FieldSet, paths: readonly (readonly string[])[]): FieldSet {
  return paths.reduce((rest, path) => withoutBelow(rest, path), set);
}

function withoutBelow(set: FieldSet, [head, ...tail]: readonly string[]): FieldSet {
  const kept: Record<string, FieldSet> = {};
  for (const [segment, node] of Object.entries(set)) {
    const onPath = segment === head || (head === "*" && segment.startsWith("k:"));
    const rest = !onPath ? node : tail.length === 0 ? undefined : withoutBelow(node, tail);
    if (rest !== undefined && (rest === node || !isEmptySet(rest))) kept[segment] = rest;
  }
  return kept;
}

function isOurs({ manager, operation, subresource }: ManagedFieldsEntry): boolean {
  return manager === FIELD_MANAGER && operation === "Apply" && subresource === undefined;
}

/** Fields that a subresource set (status, scale) are for those whom RBAC lets use it. */
function isForeign(entry: ManagedFieldsEntry): boolean {
  return !isOurs(entry) && entry.subresource === undefined;
}

function ownedFields({ managedFields = [] }: ObjectMeta): FieldSet {
  const ours = managedFields.find(isOurs);
  return ours === undefined ? {} : setOf(ours);
}

/** The tree is the API server's own; its form is fixed. */
function setOf({ fieldsV1 = {} }: ManagedFieldsEntry): FieldSet {
  return fieldsV1 as FieldSet;
}
