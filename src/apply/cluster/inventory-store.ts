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

/** Of the Inventory objects. */
const FIELD_MANAGER = "sluice-inventory";

/** The gate as the cluster has it; undefined where it is gone. */
export type ReadGate = () => Promise<
  { readonly uid: string; readonly inventory: Stored | undefined } | undefined
>;

/** An inventory as a merge patch of the status takes it: `null` where the field is to go. */
export type InventoryPatch = Pick<Stored, "count"> & {
  readonly [Field in Exclude<keyof Stored, "count">]-?: NonNullable<Stored[Field]> | null;
};

/** Durable when it resolves. All else in the status stays with whoever writes it. */
export type WriteInventory = (inventory: InventoryPatch) => Promise<void>;

export interface GateAccess {
  readonly readGate: ReadGate;
  readonly writeStatus: WriteInventory;
}

/**
 * Keeps the inventory in the Gate's status while it is small. A larger one goes into Inventory objects under a new
 * name each time; the status then names them, which is the moment that counts.
 */
export class GateInventory implements InventoryStore {
  readonly #client: KubeClient;
  readonly #gate: GateName;
  readonly #readGate: ReadGate;
  readonly #writeStatus: WriteInventory;
  /** What was last written or read here: the view that `readGate` gives may be older. */
  #known: { readonly inventory: Inventory; readonly ref: Stored["ref"] } | undefined;

  constructor(client: KubeClient, gate: GateName, { readGate, writeStatus }: GateAccess) {
    this.#client = client;
    this.#gate = gate;
    this.#readGate = readGate;
    this.#writeStatus = writeStatus;
  }

  async read(): Promise<Inventory> {
    if (this.#known !== undefined) return this.#known.inventory;
    const stored = (await this.#readGate())?.inventory;
    const inventory =
      stored === undefined ? EMPTY_INVENTORY : await loadInventory(stored, this.#gate, this.#client);
    this.#known = { inventory, ref: stored?.ref };
    return inventory;
  }

  async write(inventory: Inventory): Promise<void> {
    const before = this.#known?.ref;
    const stored = await this.#store(inventory, before);
    this.#known = undefined;
    await this.#writeStatus(toPatch(stored));
    this.#known = { inventory, ref: stored.ref };
    await this.#drop(before);
  }

  async #store({ entry, place, items }: Inventory, before: Stored["ref"]): Promise<Stored> {
    const head = {
      count: items.length,
      ...(entry !== undefined && { entry }),
      ...(place !== undefined && { place }),
    };
    const objects = items.map(toOwned);
    if (objects.length <= MAX_STATUS_OBJECTS) return { ...head, objects };
    const uid = (await this.#readGate())?.uid;
    if (uid === undefined) throw new ApplyError("REJECTED", `Gate ${this.#gate.name} is gone`);
    const name = nextName(this.#gate.name, before?.name);
    const parts = Math.ceil(objects.length / MAX_INVENTORY_OBJECTS);
    for (let part = 0; part < parts; part++) {
      const slice = objects.slice(part * MAX_INVENTORY_OBJECTS, (part + 1) * MAX_INVENTORY_OBJECTS);
      await this.#client.apply(this.#toObject(`${name}-${part}`, uid, slice), {
        fieldManager: FIELD_MANAGER,
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

  /** What is left behind here is collected with the Gate, at the latest. */
  async #drop(ref: Stored["ref"]): Promise<void> {
    for (const name of partNames(ref)) {
      await this.#client.delete(refOf(this.#gate, name)).catch(() => undefined);
    }
  }
}

/** What a gate's status, and the Inventory objects that it names, say that the gate has. Throws ApplyError where they are damaged. */
export async function loadInventory(stored: Stored, gate: GateName, client: KubeClient): Promise<Inventory> {
  const objects = stored.objects ?? (await loadParts(stored.ref, gate, client));
  if (objects.length !== stored.count) throw damaged(gate, "holds another number of objects than it says");
  const { entry, place } = stored;
  return {
    ...(entry !== undefined && { entry }),
    ...(place !== undefined && { place }),
    items: objects.map(toItem),
  };
}

async function loadParts(ref: Stored["ref"], gate: GateName, client: KubeClient): Promise<OwnedObject[]> {
  const objects: OwnedObject[] = [];
  for (const inventoryName of partNames(ref)) {
    const found = await client.get(refOf(gate, inventoryName));
    const parsed = inventorySchema.safeParse(found && withoutServerFields(found));
    if (!parsed.success) throw damaged(gate, `has lost its part ${inventoryName}`);
    objects.push(...parsed.data.objects);
  }
  return objects;
}

function damaged({ namespace, name }: GateName, how: string): ApplyError {
  return new ApplyError("REJECTED", `the inventory of gate ${namespace}/${name} ${how}`, {
    remedy: "restore the Inventory objects; without them nobody knows what the gate has applied",
  });
}

function refOf({ namespace }: GateName, name: string) {
  return { apiVersion: API_VERSION, kind: "Inventory", namespace, name };
}

function toPatch({ count, entry, place, objects, ref }: Stored): InventoryPatch {
  return {
    count,
    entry: entry ?? null,
    place: place ?? null,
    objects: objects ?? null,
    ref: ref ?? null,
  };
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
  const { namespace, uid, fingerprint, resourceVersion, content, source } = rest;
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
    ...(source !== undefined && { source }),
    ...(directives !== undefined && directives.length > 0 && { directives: [...directives] }),
  };
}

function toItem({ group, version, ...rest }: OwnedObject): InventoryItem {
  return { apiVersion: group === "" ? version : `${group}/${version}`, ...rest };
}
