import type { Cell } from "../../cell/index.ts";
import { mapLimited } from "../../concurrency.ts";
import type { KubeClient, KubeObject, ObjectMeta } from "../../kube/index.ts";
import { ApplyError } from "../error.ts";
import {
  checkHealthRules,
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

export interface Looking {
  readonly gate: GateName;
  readonly client: KubeClient;
  readonly lookUp: (item: InventoryItem) => Promise<ObjectMeta | undefined>;
}

interface Remembered {
  /** Of the rules and of the objects, as they were when this was computed. */
  readonly versions: string;
  readonly health: ObjectHealth;
}

/**
 * Judges whether gates' objects work: one for each controller, with a cell of its own, because rules are written by
 * tenants and may keep a cell busy until its deadline. Remembers the answer for as long as nothing of it changes.
 */
export class HealthChecks {
  readonly #cell: Pick<Cell, "computeStatus" | "checkStatusRules">;
  readonly #known = new Map<string, Remembered>();
  /** Rules that compile. */
  readonly #sound = new Set<string>();

  constructor(cell: Pick<Cell, "computeStatus" | "checkStatusRules">) {
    this.#cell = cell;
  }

  /** Throws BAD_HEALTH_CHECK for rules that do not compile, before anything is applied for which they would count. */
  async check(rules: readonly HealthRule[]): Promise<void> {
    const key = JSON.stringify(rules);
    if (rules.length === 0 || this.#sound.has(key)) return;
    const checked = await checkHealthRules(rules, this.#cell);
    if (checked.ok) {
      this.#sound.add(key);
      return;
    }
    const [{ subject, message, remedy }] = checked.refusals;
    throw new ApplyError("BAD_HEALTH_CHECK", `${subject}: ${message}`, { remedy });
  }

  /** Reads the objects only if one of them has changed since. Throws KubeError and CellError. */
  async judge(
    items: readonly InventoryItem[],
    rules: readonly HealthRule[],
    { gate, client, lookUp }: Looking,
  ): Promise<ObjectHealth> {
    const metadata = await mapLimited(items, CONCURRENT_REQUESTS, lookUp);
    const versions = JSON.stringify([rules, items.map((item, index) => versionOf(item, metadata[index]))]);
    const key = `${gate.namespace}/${gate.name}`;
    const known = this.#known.get(key);
    if (known?.versions === versions) return known.health;
    const objects = await mapLimited(items, CONCURRENT_REQUESTS, (item) => client.get(item));
    const health = summarizeHealth(await this.#compute(items, objects, rules));
    this.#known.set(key, { versions, health });
    return health;
  }

  forget({ namespace, name }: GateName): void {
    this.#known.delete(`${namespace}/${name}`);
  }

  async #compute(
    items: readonly InventoryItem[],
    objects: readonly (KubeObject | undefined)[],
    rules: readonly HealthRule[],
  ): Promise<HealthOf[]> {
    const found = objects.filter((object) => object !== undefined);
    const computed = (await computeHealth(found, rules, this.#cell)).values();
    return items.map((object, index) => {
      const health = objects[index] === undefined ? undefined : computed.next().value;
      return { object, health: health ?? NOT_FOUND };
    });
  }
}

function versionOf(item: InventoryItem, metadata: ObjectMeta | undefined): readonly unknown[] {
  return [keyOfRef(item), metadata?.uid, metadata?.resourceVersion];
}
