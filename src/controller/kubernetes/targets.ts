import { API_VERSION } from "../../api/index.ts";
import {
  ClusterTarget,
  GateInventory,
  type HealthChecks,
  type InventoryItem,
  type InventoryPatch,
  Observer,
} from "../../apply/cluster/index.ts";
import { ApplyError } from "../../apply/index.ts";
import type { ClusterTargetConfig, TargetConfig } from "../../gate/index.ts";
import type { KubeClient, KubeError, KubeObject, ObjectRef, ObjectType } from "../../kube/index.ts";
import { actingUser } from "./account.ts";
import { BoundedTarget } from "./bounded-target.ts";
import type { GateTarget } from "./guarded-target.ts";
import { inventoryOf } from "./readiness.ts";
import { RemoteClusters } from "./remote-clusters.ts";
import type { Reporter } from "./reporter.ts";
import { keyOfObject } from "./watched.ts";

export interface TargetsOptions {
  /** The controller's own. */
  readonly client: KubeClient;
  readonly health: HealthChecks;
  readonly reporter: Pick<Reporter, "writeInventory">;
  /** Acts for the gates that name no ServiceAccount; without it, they are refused. */
  readonly defaultServiceAccount: string | undefined;
  /** An object of a gate is not as it was applied. */
  readonly onDrift: (gate: string) => void;
  /** Something else about an object of a gate changed. */
  readonly onStatus: (gate: string) => void;
  readonly onError: (type: ObjectType, error: KubeError) => void;
}

/** Where an admission goes, and who looks at what is there. */
interface Place {
  readonly client: KubeClient;
  readonly observer: Observer;
  /** Undefined for the cluster that the controller runs in. */
  readonly place?: string;
}

/** However short the gate's timeout is: an apply that never ends is one that is begun for ever. */
const SHORTEST_APPLY_MS = 30_000;

/** Opens the targets of gates: the cluster that the controller runs in, or others. */
export class ClusterTargets implements AsyncDisposable {
  readonly #options: TargetsOptions;
  readonly #own: Place;
  readonly #remote: RemoteClusters;
  /** By the gate's uid: an inventory knows better than any watch what it wrote last. */
  readonly #inventories = new Map<string, GateInventory>();

  constructor(options: TargetsOptions) {
    this.#options = options;
    this.#own = { client: options.client, observer: this.#observe(options.client) };
    this.#remote = new RemoteClusters((client) => this.#observe(client));
  }

  check(gate: KubeObject, target: TargetConfig): void {
    if (target.kind === "cluster") this.#userFor(gate, target);
  }

  async open(gate: KubeObject, target: TargetConfig): Promise<GateTarget> {
    if (target.kind === "directory") {
      throw new ApplyError("TARGET_UNWRITABLE", "a gate on a cluster has no directory to write to");
    }
    const user = this.#userFor(gate, target);
    const { namespace = "", name } = gate.metadata;
    const place =
      target.kubeConfig === undefined
        ? this.#own
        : await this.#remote.at(keyOfObject(gate), target.kubeConfig);
    const client = user === undefined ? place.client : place.client.as(user);
    const options = {
      gate: { namespace, name },
      observer: place.observer,
      place: place.place,
      inventory: this.#inventoryOf(gate),
      prune: target.prune,
      force: target.force,
      correctDrift: target.drift === "Correct",
      health: target.wait ? { checks: this.#options.health, rules: target.healthChecks } : undefined,
    };
    return new BoundedTarget(
      (signal) => new ClusterTarget({ ...options, client: client.withSignal(signal) }),
      { within: Math.max(target.timeout, SHORTEST_APPLY_MS), remote: target.kubeConfig !== undefined },
    );
  }

  async owned(gate: KubeObject): Promise<readonly InventoryItem[]> {
    return (await this.#inventoryOf(gate).read()).items;
  }

  /** The gate is gone. */
  async forget(gate: KubeObject): Promise<void> {
    this.#inventories.delete(gate.metadata.uid ?? "");
    this.#options.health.forget({ namespace: gate.metadata.namespace ?? "", name: gate.metadata.name });
    await this.#remote.forget(keyOfObject(gate));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#own.observer[Symbol.asyncDispose](), this.#remote[Symbol.asyncDispose]()]);
  }

  #userFor({ metadata: { namespace = "", name } }: KubeObject, target: ClusterTargetConfig) {
    return actingUser({ namespace, name }, target, this.#options.defaultServiceAccount);
  }

  #inventoryOf(gate: KubeObject): GateInventory {
    const { namespace = "", name, uid = "" } = gate.metadata;
    const known = this.#inventories.get(uid);
    if (known !== undefined) return known;
    const { client, reporter } = this.#options;
    // From the API server and not from the watch: a leader before this one may have written a moment ago.
    const readGate = async () => {
      const found = await client.get({ apiVersion: API_VERSION, kind: "Gate", namespace, name });
      return found && { uid: found.metadata.uid ?? "", inventory: inventoryOf(found) };
    };
    const writeStatus = (inventory: InventoryPatch) => reporter.writeInventory(gate, inventory);
    const inventory = new GateInventory(client, { namespace, name }, { readGate, writeStatus });
    this.#inventories.set(uid, inventory);
    return inventory;
  }

  #observe(client: KubeClient): Observer {
    const { onDrift, onStatus, onError } = this.#options;
    const keyOf = ({ namespace, name }: { namespace: string; name: string }) => `${namespace}/${name}`;
    return new Observer({
      client,
      onDrift: (gate, _: ObjectRef) => onDrift(keyOf(gate)),
      onStatus: (gate, _: ObjectRef) => onStatus(keyOf(gate)),
      onError,
    });
  }
}
