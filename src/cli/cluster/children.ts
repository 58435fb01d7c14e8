import { toRef } from "../../apply/cluster/refs.ts";
import { type KubeClient, KubeError, type KubeObject, type ObjectRef } from "../../kube/index.ts";
import type { Owned } from "./owned.ts";

/** What Kubernetes makes of a kind, one level down. */
const CHILD_KINDS: Readonly<Record<string, { readonly apiVersion: string; readonly kind: string }>> = {
  Deployment: { apiVersion: "apps/v1", kind: "ReplicaSet" },
  StatefulSet: { apiVersion: "v1", kind: "Pod" },
  DaemonSet: { apiVersion: "v1", kind: "Pod" },
  ReplicaSet: { apiVersion: "v1", kind: "Pod" },
  Job: { apiVersion: "v1", kind: "Pod" },
  CronJob: { apiVersion: "batch/v1", kind: "Job" },
};

/** Of objects by their uids: what says in its owner references that it belongs to them. */
export type Children = ReadonlyMap<string, readonly ObjectRef[]>;

/** One request for each kind and namespace; what may not be read is left out. Throws KubeError for all else. */
export async function fetchChildren(owned: readonly Owned[], client: KubeClient): Promise<Children> {
  const places = new Map<string, { apiVersion: string; kind: string; namespace: string | undefined }>();
  for (const { ref } of owned.filter(({ live }) => live !== undefined)) {
    const child = CHILD_KINDS[ref.kind];
    if (child !== undefined) {
      places.set(JSON.stringify([child.kind, ref.namespace]), { ...child, namespace: ref.namespace });
    }
  }
  const children = new Map<string, ObjectRef[]>();
  for (const { namespace, ...type } of places.values()) {
    for (const object of await listReadable(type, namespace, client)) {
      for (const { uid } of object.metadata.ownerReferences ?? []) {
        children.set(uid, [...(children.get(uid) ?? []), toRef(object)]);
      }
    }
  }
  return children;
}

async function listReadable(
  type: { readonly apiVersion: string; readonly kind: string },
  namespace: string | undefined,
  client: KubeClient,
): Promise<readonly KubeObject[]> {
  try {
    return (await client.list(type, { namespace, metadataOnly: true })).items;
  } catch (error) {
    if (error instanceof KubeError && error.code === "FORBIDDEN") return [];
    throw error;
  }
}
