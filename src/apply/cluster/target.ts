import { mapLimited } from "../../concurrency.ts";
import type { KubeClient, ObjectRef } from "../../kube/index.ts";
import type { LogPosition, Recorded } from "../../verified.ts";
import { ApplyError } from "../error.ts";
import type { HealthRule, ObjectHealth } from "../health/index.ts";
import type { Admission, ApplyReport, Target } from "../target.ts";
import { ApplyRun } from "./apply-run.ts";
import type { HealthChecks } from "./health.ts";
import { inspect } from "./inspect.ts";
import { covers, type Inventory, type InventoryItem, leftOver, uniteItems } from "./inventory.ts";
import type { InventoryStore } from "./inventory-store.ts";
import type { Observer } from "./observer.ts";
import { type GateName, withOwner } from "./ownership.ts";
import { inApplyOrder } from "./plan.ts";
import { checkOwners, checkScopes } from "./precheck.ts";
import { pruneObjects } from "./prune.ts";
import { toRef } from "./refs.ts";
import { throwIfRejected } from "./rejections.ts";
import { findUnchanged } from "./unchanged.ts";

export interface ClusterTargetOptions {
  readonly gate: GateName;
  /** Acts as the gate's service account: everything that is written, or read for it, goes through here. */
  readonly client: KubeClient;
  readonly observer: Observer;
  readonly inventory: InventoryStore;
  readonly prune: boolean;
  /** Takes fields from other managers when an object is applied for the first time. */
  readonly force: boolean;
  /** Which cluster this is, where it is not the gate's own: stays the same as long as the cluster does. */
  readonly place?: string | undefined;
  /** Whether drift is put back, or told only. */
  readonly correctDrift: boolean;
  /** Absent where the gate does not wait for its objects to work. */
  readonly health?: { readonly checks: HealthChecks; readonly rules: readonly HealthRule[] } | undefined;
}

/** At the same time, for one gate; the API server's own fairness sees to the rest. */
const CONCURRENT_REQUESTS = 8;

/** A Kubernetes cluster, through server-side apply. */
export class ClusterTarget implements Target {
  readonly #options: ClusterTargetOptions;

  constructor(options: ClusterTargetOptions) {
    this.#options = options;
  }

  async apply(admission: Recorded<Admission>): Promise<ApplyReport> {
    const { gate, client, observer, inventory: store } = this.#options;
    await this.#options.health?.checks.check(this.#options.health.rules);
    const wanted = inApplyOrder(admission.manifests.objects).map((object) => withOwner(object, gate));
    const before = await this.#inventoryHere();
    const lookUp = (ref: ObjectRef) => observer.lookUp(ref, client);
    throwIfRejected([...(await checkScopes(wanted, client)), ...(await checkOwners(wanted, gate, lookUp))]);

    const unchanged = await findUnchanged(wanted, before.items, this.#options);
    const changed = wanted.filter((object) => !unchanged.has(object));
    const run = new ApplyRun(this.#options, before);
    await run.rehearse(changed); // the whole set, before the first write
    const refs = wanted.map(toRef);
    if (!covers(before.items, refs)) {
      const items = uniteItems(before.items, refs);
      await store.write({ ...before, place: this.#options.place, items }); // known of, before it is made
    }
    observer.forget(gate); // what changes from here on is our own doing
    const applied = await run.perform(changed);
    const pruned = await this.#prune(leftOver(before.items, refs));
    const items = wanted.flatMap((object) => applied.get(object) ?? unchanged.get(object) ?? []);
    const after: Inventory = { entry: admission.entry, place: this.#options.place, items };
    await store.write(after);
    observer.expect(gate, after);
    return { pruned, drift: run.drift };
  }

  holds({ entry }: Recorded<Admission>): Promise<boolean> {
    return this.isIntact(entry); // its objects are those that were applied for it
  }

  async isIntact(entry: LogPosition): Promise<boolean> {
    const inventory = await this.#options.inventory.read();
    if (inventory.entry?.index !== entry.index || inventory.entry.leafHash !== entry.leafHash) return false;
    if (inventory.place !== this.#options.place) return false;
    this.#options.observer.expect(this.#options.gate, inventory);
    return !this.#options.correctDrift || (await this.drifted(inventory)).length === 0;
  }

  async currentEntry(): Promise<LogPosition | undefined> {
    return (await this.#options.inventory.read()).entry;
  }

  /** The objects that are not as they were applied. Costs no request where nobody wrote to them. Throws KubeError. */
  async drifted(inventory?: Inventory): Promise<ObjectRef[]> {
    const { items } = inventory ?? (await this.#options.inventory.read());
    const drifts = await mapLimited(items, CONCURRENT_REQUESTS, (item) => inspect(item, this.#options));
    return items.filter((_, index) => drifts[index] !== undefined);
  }

  /** Whether what was applied works; undefined where nobody asked for that. Throws KubeError and CellError. */
  async health(): Promise<ObjectHealth | undefined> {
    const { health, gate, client, observer, inventory } = this.#options;
    if (health === undefined) return undefined;
    const { items } = await inventory.read();
    const looking = { gate, client, lookUp: (item: InventoryItem) => observer.lookUp(item, client) };
    return health.checks.judge(items, health.rules, looking);
  }

  /** Takes away, or lets go of, everything that the gate has. Safe to repeat. */
  async remove(policy: "prune" | "orphan"): Promise<readonly string[]> {
    const { observer, gate } = this.#options;
    observer.forget(gate);
    const { items } = await this.#inventoryHere();
    return this.#prune(leftOver(items, []), policy === "prune");
  }

  /** What another cluster holds is not to be pruned here, nor forgotten. */
  async #inventoryHere(): Promise<Inventory> {
    const { inventory: store, place } = this.#options;
    const inventory = await store.read();
    if (inventory.items.length === 0 || inventory.place === place) return inventory;
    throw new ApplyError("TARGET_MOVED", "the gate's objects are in another cluster than its target is now", {
      remedy:
        "point the target back; to move, delete the gate, which prunes or lets go of them, and make it anew",
    });
  }

  #prune(items: readonly InventoryItem[], remove = this.#options.prune): Promise<string[]> {
    const { gate, client, observer } = this.#options;
    return pruneObjects(items, { gate, client, lookUp: (ref) => observer.lookUp(ref, client), remove });
  }
}
