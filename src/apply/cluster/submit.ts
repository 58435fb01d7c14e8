import { type KubeClient, KubeError, type KubeObject } from "../../kube/index.ts";
import type { Rejection } from "../error.ts";
import { contentOf, toReplacement } from "./content.ts";
import { claimFields, FIELD_MANAGER, managersOf, ownedFields } from "./drift.ts";
import { type FieldSet, isEmptySet } from "./fields.ts";
import { foreignFields } from "./foreign.ts";
import { mayRecreate } from "./ownership.ts";
import { toRef } from "./refs.ts";
import { rejectionError, toRejection } from "./rejections.ts";

/** How one object goes to the API server. */
export interface Submission {
  readonly object: KubeObject;
  /** Takes fields from other managers: of an object that is the gate's already, or because the gate says so. */
  readonly force: boolean;
}

export type Tried =
  | { readonly ok: true; readonly object: KubeObject; readonly recreate: boolean }
  | { readonly ok: false; readonly rejection: Rejection };

/** Asks the API server what would become of the object; nothing is written. Throws KubeError for transient faults. */
export async function tryOut({ object, force }: Submission, client: KubeClient): Promise<Tried> {
  try {
    const answer = await client.apply(object, { fieldManager: FIELD_MANAGER, force, dryRun: true });
    return { ok: true, object: answer, recreate: false };
  } catch (error) {
    const rejection = toRejection(object, error);
    if (rejection.code === "IMMUTABLE" && mayRecreate(object)) {
      return { ok: true, object, recreate: true };
    }
    return { ok: false, rejection };
  }
}

export interface Submitted {
  /** As the API server has it now. */
  readonly object: KubeObject;
  /** Fields of others that were in it and are gone. */
  readonly removed: FieldSet;
  /** Whose they were. */
  readonly managers: readonly string[];
}

export interface SubmitOptions {
  readonly client: KubeClient;
  /** Whether fields that others own in the object are taken out of it. */
  readonly evict: boolean;
}

/** Server-side apply. Throws a Rejection's error where the object is not taken, and KubeError for transient faults. */
export async function submit(
  { object, force }: Submission,
  { client, evict }: SubmitOptions,
): Promise<Submitted> {
  const apply = () =>
    client.apply(object, { fieldManager: FIELD_MANAGER, force }).catch((error: unknown) => {
      throw rejectionError([toRejection(object, error)]);
    });
  const applied = await apply();
  const foreign = evict ? foreignFields(toRef(object), applied.metadata) : {};
  if (isEmptySet(foreign)) return { object: applied, removed: {}, managers: [] };
  await takeOver(applied, foreign, client);
  return { object: await apply(), removed: foreign, managers: managersOf(foreign, applied.metadata) };
}

/** Makes fields of others ours, so that the next apply removes them. A change in between is a CONFLICT, and tried again. */
async function takeOver(live: KubeObject, foreign: FieldSet, client: KubeClient): Promise<void> {
  const { resourceVersion } = live.metadata;
  const body = [
    { op: "test", path: "/metadata/resourceVersion", value: resourceVersion },
    { op: "replace", path: "/metadata/managedFields", value: claimFields(live.metadata, foreign) },
  ];
  await client.patch(toRef(live), { type: "json", body }, { fieldManager: FIELD_MANAGER });
}

/**
 * Whether the object holds nothing but what a replacement by the source would: what was put into it and is nobody's in
 * `managedFields` shows as a difference. Asks the API server, which knows its defaults; nothing is written.
 */
export async function isExplained(
  wanted: KubeObject,
  applied: KubeObject,
  client: KubeClient,
): Promise<boolean> {
  try {
    const replaced = await client.update(toReplacement(wanted, applied), {
      dryRun: true,
      fieldManager: FIELD_MANAGER,
    });
    const owned = ownedFields(applied.metadata);
    return contentOf(replaced, owned) === contentOf(applied, owned);
  } catch (error) {
    if (toRejection(wanted, error).code === "IMMUTABLE") return false;
    throw error;
  }
}

/** Takes out of an object that was applied what nobody says is theirs, if there is any. Throws ApplyError. */
export async function replace(
  submission: Submission,
  submitted: Submitted,
  options: SubmitOptions,
): Promise<Submitted> {
  const { object } = submission;
  if (await isExplained(object, submitted.object, options.client)) return submitted;
  try {
    await options.client.update(toReplacement(object, submitted.object), { fieldManager: FIELD_MANAGER });
  } catch (error) {
    throw rejectionError([toRejection(object, error)]);
  }
  return submit(submission, options);
}

/** Deletes an object so that it can be made again, and waits until it is gone. Throws KubeError. */
export async function removeForRecreation(
  object: KubeObject,
  client: KubeClient,
  pause: () => Promise<void>,
): Promise<void> {
  const ref = toRef(object);
  const live = await client.get(ref, { metadataOnly: true });
  if (live === undefined) return;
  const { uid } = live.metadata;
  await client.delete(ref, { ...(uid !== undefined && { uid }), propagationPolicy: "Background" });
  for (let tries = 0; tries < MAX_DELETION_TRIES; tries++) {
    const now = await client.get(ref, { metadataOnly: true });
    if (now === undefined || now.metadata.uid !== uid) return;
    await pause();
  }
  throw new KubeError("TIMEOUT", "an object that is to be made again is still being deleted");
}

/** At five tries a second: half a minute. Finalizers may take longer; then the next run goes on. */
const MAX_DELETION_TRIES = 150;
