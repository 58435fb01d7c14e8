import type { KubeClient, KubeObject, ObjectMeta, ObjectRef } from "../../kube/index.ts";
import type { Rejection } from "../error.ts";
import { type GateName, isOwner, ownerOf } from "./ownership.ts";
import { toRef } from "./refs.ts";
import { reject } from "./rejections.ts";

/**
 * Holds each custom kind's namespace against what the cluster says of the kind. The gate's bounds took an object at its
 * word; the API server would ignore the namespace of a cluster-scoped one, and let it out of the gate's namespaces.
 */
export async function checkScopes(objects: readonly KubeObject[], client: KubeClient): Promise<Rejection[]> {
  const rejections: Rejection[] = [];
  for (const object of objects) {
    const resource = await client.resourceOf(object.apiVersion, object.kind);
    if (resource === undefined) continue; // comes with the same change, or is refused by name when it is tried out
    const { namespace } = object.metadata;
    if (resource.namespaced === (namespace !== undefined)) continue;
    const found = namespace === undefined ? "no namespace" : `namespace ${namespace}`;
    const scope = resource.namespaced ? "namespaced" : "cluster-scoped";
    rejections.push(
      reject(object, "SCOPE_MISMATCH", `the kind is ${scope} in this cluster, and the object has ${found}`),
    );
  }
  return rejections;
}

/** An object that carries another gate's labels is never taken over. */
export async function checkOwners(
  objects: readonly KubeObject[],
  gate: GateName,
  lookUp: (ref: ObjectRef) => Promise<ObjectMeta | undefined>,
): Promise<Rejection[]> {
  const rejections: Rejection[] = [];
  for (const object of objects) {
    const live = await lookUp(toRef(object));
    const owner = live && ownerOf(live);
    if (live === undefined || owner === undefined || isOwner(gate, live)) continue;
    rejections.push(reject(object, "OWNED_BY_OTHER", `it belongs to gate ${owner.namespace}/${owner.name}`));
  }
  return rejections;
}
