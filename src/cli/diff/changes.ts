import { managersOf } from "../../apply/cluster/drift.ts";
import {
  fieldPaths,
  foreignFields,
  type InventoryItem,
  inApplyOrder,
  isEmptySet,
  withOwner,
} from "../../apply/cluster/index.ts";
import { leftOver } from "../../apply/cluster/inventory.ts";
import { type GateName, isOwner, ownerOf } from "../../apply/cluster/ownership.ts";
import { checkOwners, checkScopes } from "../../apply/cluster/precheck.ts";
import { keyOfRef, toRef } from "../../apply/cluster/refs.ts";
import { tryOut } from "../../apply/cluster/submit.ts";
import type { Rejection } from "../../apply/index.ts";
import { mapLimited } from "../../concurrency.ts";
import type { KubeClient, KubeObject, ObjectRef } from "../../kube/index.ts";
import type { KubernetesObject } from "../../render/index.ts";

/** What would become of one object. */
export type ChangeKind =
  | "created"
  | "changed"
  | "unchanged"
  /** Deleted and made again, as its annotation allows. */
  | "recreated"
  /** Deleted, as it left the source. */
  | "pruned"
  /** Left the source, and stays in the cluster without the gate's labels. */
  | "released";

export interface ObjectChange {
  readonly ref: ObjectRef;
  readonly what: ChangeKind;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
  /** What the two do not show. */
  readonly note: string;
}

export interface Changes {
  readonly objects: readonly ObjectChange[];
  /** What the cluster would not take; then nothing is applied. */
  readonly rejections: readonly Rejection[];
}

export interface Comparing {
  readonly gate: GateName;
  /** As the gate's service account, to the cluster that it applies to. */
  readonly client: KubeClient;
  /** What the gate has applied before. */
  readonly items: readonly InventoryItem[];
  readonly prune: boolean;
  readonly force: boolean;
  readonly correctDrift: boolean;
}

const CONCURRENT_REQUESTS = 8;

/**
 * Has the API server work out what applying these objects would come to: every write is a dry run. Throws KubeError
 * for what says nothing about an object.
 */
export async function compare(objects: readonly KubernetesObject[], comparing: Comparing): Promise<Changes> {
  const { gate, client, items } = comparing;
  const wanted = inApplyOrder(objects).map((object) => withOwner(object, gate));
  const live = await fetchLive([...wanted.map(toRef), ...items], client);
  const lookUp = async (ref: ObjectRef) => {
    const metadata = live.get(keyOfRef(ref))?.metadata;
    return metadata !== undefined && ownerOf(metadata) !== undefined ? metadata : undefined;
  };
  const refused = [...(await checkScopes(wanted, client)), ...(await checkOwners(wanted, gate, lookUp))];
  if (refused.length > 0) return { objects: [], rejections: refused };
  const known = new Map(items.map((item) => [keyOfRef(item), item]));
  const tried = await mapLimited(wanted, CONCURRENT_REQUESTS, (object) => {
    const key = keyOfRef(toRef(object));
    return tryObject(object, { ...comparing, wanted, live: live.get(key), item: known.get(key) });
  });
  const pruned = await mapLimited(leftOver(items, wanted.map(toRef)), CONCURRENT_REQUESTS, (item) =>
    tryPrune(item, live.get(keyOfRef(item)), comparing),
  );
  return {
    objects: [...tried.flatMap((each) => ("what" in each ? [each] : [])), ...pruned.flat()],
    rejections: tried.flatMap((each) => ("code" in each ? [each] : [])),
  };
}

async function fetchLive(
  refs: readonly ObjectRef[],
  client: KubeClient,
): Promise<ReadonlyMap<string, KubeObject>> {
  const byKey = new Map(refs.map((ref) => [keyOfRef(ref), ref]));
  const found = await mapLimited([...byKey], CONCURRENT_REQUESTS, async ([key, ref]) => {
    const known = await client.resourceOf(ref.apiVersion, ref.kind);
    // A namespace that does not fit the kind is said later, for all objects at once.
    const fits = known !== undefined && known.namespaced === (ref.namespace !== undefined);
    return [key, fits ? await client.get(ref) : undefined] as const;
  });
  return new Map(found.flatMap(([key, object]) => (object === undefined ? [] : [[key, object] as const])));
}

interface Trying extends Comparing {
  readonly wanted: readonly KubeObject[];
  readonly live: KubeObject | undefined;
  readonly item: InventoryItem | undefined;
}

async function tryObject(object: KubeObject, trying: Trying): Promise<ObjectChange | Rejection> {
  const { client, live, item, wanted } = trying;
  const ref = toRef(object);
  const ours = item?.uid !== undefined && item.uid === live?.metadata.uid;
  const tried = await tryOut({ object, force: trying.force || ours }, client);
  if (!tried.ok) {
    if (!comesAlong(tried.rejection, object, wanted)) return tried.rejection;
    const note = "not tried out: what it needs comes with the same change";
    return { ref, what: "created", before: undefined, after: object, note };
  }
  if (tried.recreate)
    return { ref, what: "recreated", before: live, after: object, note: "deleted and made again" };
  return {
    ref,
    what: live === undefined ? "created" : "changed", // the same text before and after is told apart when it is shown
    before: live,
    after: tried.object,
    note: noteOfForeign(ref, tried.object, trying),
  };
}

/** An object whose namespace or kind is part of the change cannot be tried out before that is there. */
function comesAlong({ code }: Rejection, { metadata }: KubeObject, wanted: readonly KubeObject[]): boolean {
  const brings = (kind: string, name?: string): boolean =>
    wanted.some((each) => each.kind === kind && (name === undefined || each.metadata.name === name));
  if (code === "NO_NAMESPACE") return brings("Namespace", metadata.namespace);
  return code === "UNKNOWN_KIND" && brings("CustomResourceDefinition");
}

/** A dry run leaves fields of others where they are; a gate that corrects drift takes them out afterwards. */
function noteOfForeign(ref: ObjectRef, { metadata }: KubeObject, { correctDrift }: Trying): string {
  const foreign = correctDrift ? foreignFields(ref, metadata) : {};
  if (isEmptySet(foreign)) return "";
  return `takes out what ${managersOf(foreign, metadata).join(", ")} added: ${fieldPaths(foreign).join(", ")}`;
}

/** By the rules of pruning: an object that is not the gate's any more is left alone. */
async function tryPrune(
  item: InventoryItem,
  live: KubeObject | undefined,
  { gate, client, prune }: Comparing,
): Promise<ObjectChange[]> {
  if (live === undefined || live.metadata.deletionTimestamp !== undefined) return [];
  const { uid } = live.metadata;
  if (!isOwner(gate, live.metadata) || (item.uid !== undefined && item.uid !== uid)) return [];
  const ref = toRef(live);
  if (!prune || item.directives?.includes("NoPrune") === true) {
    return [{ ref, what: "released", before: live, after: live, note: "stays, and is nobody's" }];
  }
  await client.delete(ref, { uid, dryRun: true });
  return [{ ref, what: "pruned", before: live, after: undefined, note: "" }];
}
