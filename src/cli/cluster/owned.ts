import type { GateStatus } from "../../api/index.ts";
import { managersOf } from "../../apply/cluster/drift.ts";
import {
  fieldPaths,
  findDrift,
  foreignFields,
  GATE_NAME_LABEL,
  GATE_NAMESPACE_LABEL,
  type InventoryItem,
  isEmptySet,
  loadInventory,
} from "../../apply/cluster/index.ts";
import type { GateName } from "../../apply/cluster/ownership.ts";
import { keyOfRef, toRef } from "../../apply/cluster/refs.ts";
import { mapLimited } from "../../concurrency.ts";
import { type KubeClient, KubeError, type KubeObject, type ObjectRef } from "../../kube/index.ts";
import type { Health, HealthRule } from "./health.ts";

/** An object that a gate applied, and how it stands now. */
export interface Owned {
  readonly ref: ObjectRef;
  /** Undefined where it is gone, or may not be read. */
  readonly live: KubeObject | undefined;
  readonly health: Health;
  /** How it differs from what was applied, in words; empty where it does not. */
  readonly drift: string;
}

export interface Looking {
  readonly gate: GateName;
  /** Where the objects are. */
  readonly client: KubeClient;
  readonly rules: readonly HealthRule[];
  /** Health of objects, in their order. */
  readonly healthOf: (
    objects: readonly KubeObject[],
    rules: readonly HealthRule[],
  ) => Promise<readonly Health[]>;
}

const CONCURRENT_REQUESTS = 8;
/** Of one object; a person needs no more. */
const MAX_FIELDS = 5;

/** What the status, and the Inventories that it names, say that a gate has. Throws ApplyError where they are damaged. */
export async function readInventory(
  gate: GateName,
  status: GateStatus,
  client: KubeClient,
): Promise<readonly InventoryItem[]> {
  const { inventory } = status;
  return inventory === undefined ? [] : (await loadInventory(inventory, gate, client)).items;
}

/** Looks at each object of an inventory: one request for each kind and namespace, and one for each that is not found so. */
export async function inspectOwned(items: readonly InventoryItem[], looking: Looking): Promise<Owned[]> {
  const seen = await mapLimited(groupsOf(items), CONCURRENT_REQUESTS, (group) => look(group, looking));
  const byKey = new Map(seen.flatMap((each) => [...each]));
  const present = [...byKey.values()].filter((each): each is KubeObject => typeof each === "object");
  const healths = await looking.healthOf(present, looking.rules);
  const healthOf = new Map(present.map((object, index) => [object, healths[index]]));
  return items.map((item) => {
    const { apiVersion, kind, namespace, name } = item;
    const ref = { apiVersion, kind, namespace, name };
    const found = byKey.get(keyOfRef(item));
    if (found === "unreadable") return { ref, live: undefined, health: UNREADABLE, drift: "" };
    const health = (found && healthOf.get(found)) ?? NOT_FOUND;
    return { ref, live: found, health, drift: describeDrift(item, found, looking.gate) };
  });
}

const UNREADABLE: Health = { status: "Unknown", message: "you may not read it" };
const NOT_FOUND: Health = { status: "NotFound", message: "it is not in the cluster" };

type Seen = ReadonlyMap<string, KubeObject | "unreadable">;

/** Objects of one kind in one namespace; never none. */
function groupsOf(items: readonly InventoryItem[]): InventoryItem[][] {
  const groups = Map.groupBy(items, ({ apiVersion, kind, namespace = "" }) =>
    JSON.stringify([apiVersion, kind, namespace]),
  );
  return [...groups.values()];
}

async function look(group: readonly InventoryItem[], { client, gate, rules }: Looking): Promise<Seen> {
  const [first] = group;
  if (first === undefined) return new Map();
  const { apiVersion, kind, namespace } = first;
  // A kind that is gone took its objects along.
  if ((await client.resourceOf(apiVersion, kind)) === undefined) return new Map();
  // What a Secret holds is not even fetched, unless a rule asks for it.
  const metadataOnly = kind === "Secret" && !rules.some((rule) => rule.kind === "Secret");
  const labelSelector = `${GATE_NAMESPACE_LABEL}=${gate.namespace},${GATE_NAME_LABEL}=${gate.name}`;
  try {
    const { items } = await client.list({ apiVersion, kind }, { namespace, labelSelector, metadataOnly });
    const found = new Map(items.map((object) => [keyOfRef(toRef(object)), object]));
    const others = group.filter((item) => !found.has(keyOfRef(item))); // gone, or without our labels
    const one = await mapLimited(others, CONCURRENT_REQUESTS, (item) => client.get(item, { metadataOnly }));
    for (const object of one) if (object !== undefined) found.set(keyOfRef(toRef(object)), object);
    return found;
  } catch (error) {
    if (!(error instanceof KubeError && error.code === "FORBIDDEN")) throw error;
    return new Map(group.map((item) => [keyOfRef(item), "unreadable"]));
  }
}

/** Names fields and who changed them; never what they hold. */
function describeDrift(item: InventoryItem, live: KubeObject | undefined, gate: GateName): string {
  if (item.fingerprint === undefined) return live === undefined ? "not applied yet" : "";
  const drift = findDrift(item, live?.metadata, gate);
  if (live === undefined || drift?.kind === "missing") return "missing";
  if (drift?.kind === "replaced") return "replaced by another object";
  const foreign = foreignFields(item, live.metadata);
  if (!isEmptySet(foreign)) {
    const fields = outermost(fieldPaths(foreign));
    const more = fields.length > MAX_FIELDS ? ` and ${fields.length - MAX_FIELDS} more` : "";
    return `added by ${managersOf(foreign, live.metadata).join(", ")}: ${fields.slice(0, MAX_FIELDS).join(", ")}${more}`;
  }
  return drift === undefined ? "" : "changed";
}

/** What is below a path that is told is told with it. */
function outermost(paths: readonly string[]): string[] {
  return paths.filter(
    (path) => !paths.some((other) => path.startsWith(`${other}.`) || path.startsWith(`${other}[`)),
  );
}
