import type { KubeClient, ObjectMeta, ObjectRef } from "../../kube/index.ts";
import type { InventoryItem } from "./inventory.ts";
import { GATE_NAME_LABEL, GATE_NAMESPACE_LABEL, type GateName, isOwner } from "./ownership.ts";
import { showRef } from "./refs.ts";

export interface Pruning {
  readonly gate: GateName;
  readonly client: KubeClient;
  readonly lookUp: (ref: ObjectRef) => Promise<ObjectMeta | undefined>;
  /** Without it, objects stay where they are and are let go of. */
  readonly remove: boolean;
}

/**
 * Takes away what the source no longer has, one after the other in the order given. An object that is not the
 * gate's any more (made anew by somebody, relabelled) is left alone. One that stays is let go of: it loses the
 * labels, so that others may change it. Gives what was deleted. Throws KubeError.
 */
export async function pruneObjects(items: readonly InventoryItem[], pruning: Pruning): Promise<string[]> {
  const pruned: string[] = [];
  for (const item of items) {
    const live = await pruning.lookUp(item);
    if (live === undefined || live.deletionTimestamp !== undefined) continue;
    if (!isOwner(pruning.gate, live) || (item.uid !== undefined && item.uid !== live.uid)) continue;
    if (pruning.remove && item.directives?.includes("NoPrune") !== true) {
      const options = { ...(live.uid !== undefined && { uid: live.uid }) };
      await pruning.client.delete(item, { ...options, propagationPolicy: "Background" });
      pruned.push(showRef(item));
    } else await letGo(item, live, pruning.client);
  }
  return pruned;
}

/** The uid in the patch makes it fail for an object that was made anew in the meantime. */
async function letGo(ref: ObjectRef, { uid }: ObjectMeta, client: KubeClient): Promise<void> {
  const labels = { [GATE_NAMESPACE_LABEL]: null, [GATE_NAME_LABEL]: null };
  await client.patch(ref, { type: "merge", body: { metadata: { uid, labels } } });
}
