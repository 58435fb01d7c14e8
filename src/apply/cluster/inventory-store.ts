import {
  API_VERSION,
  type GateStatus,
  inventorySchema,
  MAX_INVENTORY_OBJECTS,
  MAX_STATUS_OBJECTS,
  type OwnedObject,
} from "../../api/index.ts";
import type { KubeClient, KubeObject } from "../../kube/index.ts";
import { groupOf } from "../../render/index.ts";
import { ApplyError } from "../error.ts";
import { EMPTY_INVENTORY, type Inventory, type InventoryItem } from "./inventory.ts";
import type { GateName } from "./ownership.ts";

/** Where a gate's inventory is kept. */
export interface InventoryStore {
  /** The empty inventory where there is none. */
  read(): Promise<Inventory>;
  /** Swaps atomically, durable when it resolves. One writer: whoever reconciles the gate. */
  write(inventory: Inventory): Promise<void>;
}

type Stored = NonNullable<GateStatus["inventory"]>;

/** Owns the field `status.inventory`, and leaves all else in the status to the controller. */
const STATUS_MANAGER = "sluice-inventory";

/** The gate as the cluster has it; undefined where it is gone. */
export type ReadGate = () => Promise<
  { readonly uid: string; readonly inventory: Stored | undefined } | undefined
>;

/**
 * Keeps the inventory in the Gate's status while it is small. A larger one goes into Inventory objects under a new
 * name each time; the status then names them, which is the moment that counts.
 */
export class GateInventory implements InventoryStore {
  readonly #client: KubeClient;
  readonly #gate: GateName;
  readonly #readGate: ReadGate;
  /** What was last written or read here: the view that `readGate` gives may be older. */
  #known: { readonly inventory: Inventory; readonly stored: Stored | undefined } | undefined;

  constructor(client: KubeClient, gate: GateName, readGate: ReadGate) {
    this.#client = client;
    this.#gate = gate;
    this.#readGate = readGate;
  }

  async read(): Promise<Inventory> {
    if (this.#known !== undefined) return this.#known.inventory;
    const stored = (await this.#readGate())?.inventory;
    const inventory = stored === undefined ? EMPTY_INVENTORY : await this.#load(stored);
    this.#known = { inventory, stored };
    return inventory;
  }

  async write(inventory: Inventory): Promise<void> {
    const before = this.#known?.stored;
    const stored = await this.#store(inventory, before);
    this.#known = undefined;
    const { namespace, name } = this.#gate;
    await this.#client.apply(
      {
        apiVersion: API_VERSION,
        kind: "Gate",
        metadata: { namespace, name },
        status: { inventory: stored },
      },
      { fieldManager: STATUS_MANAGER, force: true, subresource: "status" },
    );
    this.#known = { inventory, stored };
    await this.#drop(before);
  }

  async #store({ entry, place, items }: Inventory, before: Stored | undefined): Promise<Stored> {
    const head = {
      count: items.length,
      ...(entry !== undefined && { entry }),
      ...(place !== undefined && { place }),
    };
    const objects = items.map(toOwned);
    if (objects.length <= MAX_STATUS_OBJECTS) return { ...head, objects };
    const uid = (await this.#readGate())?.uid;
    if (uid === undefined) throw new ApplyError("REJECTED", `Gate ${this.#gate.name} is gone`);
    const name = nextName(this.#gate.name, before?.ref?.name);
    const parts = Math.ceil(objects.length / MAX_INVENTORY_OBJECTS);
    for (let part = 0; part < parts; part++) {
      const slice = objects.slice(part * MAX_INVENTORY_OBJECTS, (part + 1) * MAX_INVENTORY_OBJECTS);
      await this.#client.apply(this.#toObject(`${name}-${part}`, uid, slice), {
        fieldManager: STATUS_MANAGER,
        force: true,
      });
    }
    return { ...head, ref: { name, parts } };
  }

  #toObject(name: string, uid: string, objects: readonly OwnedObject[]): KubeObject {
    const owner = { apiVersion: API_VERSION, kind: "Gate", name: this.#gate.name, uid };
    return {
      apiVersion: API_VERSION,
      kind: "Inventory",
      metadata: { namespace: this.#gate.namespace, name, ownerReferences: [owner] },
      gate: { name: this.#gate.name },
      objects,
    };
  }

  async #load(stored: Stored): Promise<Inventory> {
    const objects = stored.objects ?? (await this.#loadParts(stored.ref));
    if (objects.length !== stored.count) throw this.#damaged("holds another number of objects than it says");
    const { entry, place } = stored;
    return {
      ...(entry !== undefined && { entry }),
      ...(place !== undefined && { place }),
      items: objects.map(toItem),
    };
  }

  async #loadParts(ref: Stored["ref"]): Promise<OwnedObject[]> {
    const objects: OwnedObject[] = [];
    for (const inventoryName of partNames(ref)) {
      const found = await this.#client.get(this.#refOf(inventoryName));
      const parsed = inventorySchema.safeParse(found && withoutServerFields(found));
      if (!parsed.success) throw this.#damaged(`has lost its part ${inventoryName}`);
      objects.push(...parsed.data.objects);
    }
    return objects;
  }

  /** What is left behind here is collected with the Gate, at the latest. */
  async #drop(stored: Stored | undefined): Promise<void> {
    for (const name of partNames(stored?.ref)) {
      await this.#client.delete(this.#refOf(name)).catch(() => undefined);
    }
  }

  #refOf(name: string) {
    return { apiVersion: API_VERSION, kind: "Inventory", namespace: this.#gate.namespace, name };
  }

  #damaged(how: string): ApplyError {
    const { namespace, name } = this.#gate;
    return new ApplyError("REJECTED", `the inventory of gate ${namespace}/${name} ${how}`, {
      remedy: "restore the Inventory objects; without them nobody knows what the gate has applied",
    });
  }
}

function partNames(ref: Stored["ref"]): string[] {
  return ref === undefined ? [] : Array.from({ length: ref.parts }, (_, part) => `${ref.name}-${part}`);
}

/** Two names take turns, so that the objects which count are never those that are written. */
function nextName(gate: string, current: string | undefined): string {
  const [first, second] = [`${gate}-a`, `${gate}-b`];
  return current === first ? second : first;
}

function withoutServerFields({ apiVersion, kind, metadata, gate, objects }: KubeObject): object {
  const { namespace, name } = metadata;
  return { apiVersion, kind, metadata: { namespace, name }, gate, objects };
}

function toOwned({ apiVersion, directives, ...rest }: InventoryItem): OwnedObject {
  const { namespace, uid, fingerprint, resourceVersion, content } = rest;
  return {
    group: groupOf(apiVersion),
    version: apiVersion.slice(apiVersion.indexOf("/") + 1),
    kind: rest.kind,
    name: rest.name,
    ...(namespace !== undefined && { namespace }),
    ...(uid !== undefined && { uid }),
    ...(fingerprint !== undefined && { fingerprint }),
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(content !== undefined && { content }),
    ...(directives !== undefined && directives.length > 0 && { directives: [...directives] }),
  };
}

function toItem({ group, version, ...rest }: OwnedObject): InventoryItem {
  return { apiVersion: group === "" ? version : `${group}/${version}`, ...rest };
}
