import { createHash } from "node:crypto";
import type { ManagedFieldsEntry, ObjectMeta } from "../../kube/index.ts";
import { canonicalJson } from "../../render/index.ts";
import { type FieldSet, intersectFields, isEmptySet, subtractFields, uniteFields } from "./fields.ts";
import { type GateName, isOwner } from "./ownership.ts";

/** As the API server records who owns which field. */
export const FIELD_MANAGER = "sluice";

/** Why an admitted object is not as it was applied. */
export type Drift =
  /** It is gone, or was made anew, or its labels say another gate. */
  | { readonly kind: "replaced" | "missing" }
  /** Fields that the source sets were changed or removed, or there are others that nobody says are theirs. */
  | { readonly kind: "changed" }
  /** Others own fields in it that the source does not name. */
  | { readonly kind: "added" };

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
  if (live === undefined) return { kind: "missing" };
  if (live.uid !== applied.uid || !isOwner(gate, live)) return { kind: "replaced" };
  if (fingerprintOf(live) !== applied.fingerprint) return { kind: "changed" };
  return undefined;
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

export function isOurs({ manager, operation, subresource }: ManagedFieldsEntry): boolean {
  return manager === FIELD_MANAGER && operation === "Apply" && subresource === undefined;
}

/** Fields that a subresource set (status, scale) are for those whom RBAC lets use it. */
export function isForeign(entry: ManagedFieldsEntry): boolean {
  return !isOurs(entry) && entry.subresource === undefined;
}

export function ownedFields({ managedFields = [] }: ObjectMeta): FieldSet {
  const ours = managedFields.find(isOurs);
  return ours === undefined ? {} : setOf(ours);
}

/** The tree is the API server's own; its form is fixed. */
export function setOf({ fieldsV1 = {} }: ManagedFieldsEntry): FieldSet {
  return fieldsV1 as FieldSet;
}
