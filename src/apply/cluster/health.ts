import type { Cell } from "../../cell/index.ts";
import { mapLimited } from "../../concurrency.ts";
import type { KubeClient, KubeObject, ObjectMeta } from "../../kube/index.ts";
import {
  computeHealth,
  type HealthOf,
  type HealthRule,
  type ObjectHealth,
  summarizeHealth,
} from "../health/index.ts";
import type { InventoryItem } from "./inventory.ts";
import type { GateName } from "./ownership.ts";
import { keyOfRef } from "./refs.ts";

const CONCURRENT_REQUESTS = 8;

const NOT_FOUND: ObjectHealth = { status: "NotFound", message: "" };

/** What is asked of a gate's objects beyond being there. */
export interface HealthOptions {
  readonly cell: Pick<Cell, "computeStatus">;
  readonly rules: readonly HealthRule[];
  readonly memory: HealthMemory;
}

interface Remembered {
  /** Of the objects, as they were when this was computed. */
  readonly versions: string;
  readonly health: ObjectHealth;
}

/** What gates' objects came to, for as long as none of them changes. */
export class HealthMemory {
  readonly #known = new Map<string, Remembered>();

  recall({ namespace, name }: GateName, versions: string): ObjectHealth | undefined {
    const known = this.#known.get(`${namespace}/${name}`);
    return known?.versions === versions ? known.health : undefined;
  }

  remember({ namespace, name }: GateName, remembered: Remembered): void {
    this.#known.set(`${namespace}/${name}`, remembered);
  }
}

export interface Looking {
  readonly gate: GateName;
  readonly client: KubeClient;
  readonly lookUp: (item: InventoryItem) => Promise<ObjectMeta | undefined>;
}

/** Whether all of a gate's objects work. Reads them only if one of them has changed since. Throws KubeError and CellError. */
export async function readHealth(
  items: readonly InventoryItem[],
  { cell, rules, memory }: HealthOptions,
  { gate, client, lookUp }: Looking,
): Promise<ObjectHealth> {
  const metadata = await mapLimited(items, CONCURRENT_REQUESTS, lookUp);
  const versions = JSON.stringify([rules, items.map((item, index) => versionOf(item, metadata[index]))]);
  const known = memory.recall(gate, versions);
  if (known !== undefined) return known;
  const objects = await mapLimited(items, CONCURRENT_REQUESTS, (item) => client.get(item));
  const health = summarizeHealth(await judge(items, objects, { cell, rules }));
  memory.remember(gate, { versions, health });
  return health;
}

async function judge(
  items: readonly InventoryItem[],
  objects: readonly (KubeObject | undefined)[],
  { cell, rules }: Pick<HealthOptions, "cell" | "rules">,
): Promise<HealthOf[]> {
  const found = objects.filter((object) => object !== undefined);
  const computed = (await computeHealth(found, rules, cell)).values();
  return items.map((object, index) => {
    const health = objects[index] === undefined ? undefined : computed.next().value;
    return { object, health: health ?? NOT_FOUND };
  });
}

function versionOf(item: InventoryItem, metadata: ObjectMeta | undefined): readonly unknown[] {
  return [keyOfRef(item), metadata?.uid, metadata?.resourceVersion];
}
