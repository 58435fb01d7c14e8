import type { KubeClient } from "../../kube/index.ts";
import { contentOf } from "./content.ts";
import { type Drift, findDrift } from "./drift.ts";
import { isEmptySet } from "./fields.ts";
import { foreignFields } from "./foreign.ts";
import type { InventoryItem } from "./inventory.ts";
import type { Observer } from "./observer.ts";
import type { GateName } from "./ownership.ts";

export interface Inspecting {
  readonly gate: GateName;
  /** Reads what the metadata does not settle. */
  readonly client: KubeClient;
  readonly observer: Observer;
}

/**
 * How an object differs from what it was when it had been applied; undefined when it does not. As long as nobody has
 * written to it since, its version says so, and nothing is asked. Otherwise `managedFields` tell most of what was
 * done, and what they do not tell, because whoever may write the object may write them too, its content does: that is one
 * request, for each version once. Throws KubeError.
 */
export async function inspect(
  item: InventoryItem,
  { gate, client, observer }: Inspecting,
): Promise<Drift | undefined> {
  const live = await observer.lookUp(item, client);
  // On its way out: what comes after is seen when it is gone.
  if (live?.deletionTimestamp !== undefined && live.uid === item.uid) return undefined;
  const drift = findDrift(item, live, gate);
  if (drift !== undefined || live === undefined) return drift;
  const { resourceVersion } = live;
  if (resourceVersion === item.resourceVersion || observer.isVouchedFor(item, resourceVersion))
    return undefined;
  if (item.directives?.includes("ForeignFields")) return undefined;
  if (!isEmptySet(foreignFields(item, live))) return { kind: "added" };
  const object = await client.get(item);
  if (object === undefined) return { kind: "missing" };
  if (contentOf(object) !== item.content) return { kind: "changed" };
  observer.vouchFor(item, object.metadata.resourceVersion);
  return undefined;
}
