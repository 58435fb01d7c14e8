import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { API_VERSION, type GateStatus } from "../../api/index.ts";
import type { InventoryPatch } from "../../apply/cluster/index.ts";
import { type KubeClient, KubeError, type KubeObject } from "../../kube/index.ts";
import type { LogPosition } from "../../verified.ts";
import type { Logger } from "../logs.ts";
import { type ControllerStatus, eventsOf, type GateEvent } from "../status/index.ts";
import { statusOf } from "./readiness.ts";
import { keyOfObject } from "./watched.ts";

const FIELD_MANAGER = "sluice-controller";
const REPORTING_CONTROLLER = "sluice.dev/controller";

export interface ReporterOptions {
  readonly client: Pick<KubeClient, "patch" | "create">;
  /** Which process tells, as events name it. */
  readonly identity: string;
  readonly now: () => number;
  readonly log: Pick<Logger, "warn">;
}

/** What the status of a gate is to say once an entry of the log is carried out. */
export interface Coming {
  readonly gate: KubeObject;
  readonly entry: LogPosition;
  readonly status: () => ControllerStatus;
}

/** Tells Kubernetes what became of gates: in their status, and in Events for what is new. */
export class Reporter {
  readonly #options: ReporterOptions;
  readonly #coming = new Map<string, Coming>();
  /** What was written last: a watch may not have told it yet. */
  readonly #written = new Map<string, KubeObject>();

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** What the gate's status says, as far as anybody here knows. */
  statusOf(gate: KubeObject): GateStatus | undefined {
    const key = keyOfObject(gate);
    const written = this.#written.get(key);
    if (written !== undefined && isNewer(written, gate)) return statusOf(written);
    this.#written.delete(key);
    return statusOf(gate);
  }

  /** Goes along with the inventory of that entry: what was applied and what is said of it are one request. */
  expect(coming: Coming): void {
    this.#coming.set(keyOfObject(coming.gate), coming);
  }

  /** Throws KubeError. */
  async writeInventory(gate: KubeObject, inventory: InventoryPatch): Promise<void> {
    const coming = this.#coming.get(keyOfObject(gate));
    const due = coming !== undefined && isSameEntry(coming.entry, inventory.entry);
    if (!due) return void (await this.#write(gate, { inventory }));
    const previous = this.statusOf(coming.gate);
    const next = coming.status();
    await this.#write(gate, { ...toPatch(next), inventory });
    await this.#tellNews(coming.gate, previous, next);
  }

  /** Writes where something changed, and only then. Throws KubeError, but not for a gate that is gone. */
  async report(gate: KubeObject, next: ControllerStatus): Promise<void> {
    this.#coming.delete(keyOfObject(gate));
    const previous = this.statusOf(gate);
    const { inventory: _, ...told } = previous ?? {};
    if (isDeepStrictEqual(told, next)) return;
    try {
      await this.#write(gate, toPatch(next));
    } catch (error) {
      if (error instanceof KubeError && error.code === "NOT_FOUND") return;
      throw error;
    }
    await this.#tellNews(gate, previous, next);
  }

  forget(key: string): void {
    this.#written.delete(key);
    this.#coming.delete(key);
  }

  async #write(gate: KubeObject, status: object): Promise<void> {
    const { namespace, name } = gate.metadata;
    const written = await this.#options.client.patch(
      { apiVersion: API_VERSION, kind: "Gate", namespace, name },
      { type: "merge", body: { status }, repeatable: true },
      { fieldManager: FIELD_MANAGER, subresource: "status" },
    );
    this.#written.set(keyOfObject(gate), withoutSpec(written));
  }

  async #tellNews(gate: KubeObject, previous: GateStatus | undefined, next: ControllerStatus): Promise<void> {
    for (const event of eventsOf(previous, next)) await this.#tell(gate, event);
  }

  /** Best effort: an Event that is lost is no reason to judge again. */
  async #tell(gate: KubeObject, { type, reason, action, note }: GateEvent): Promise<void> {
    const { client, identity, now, log } = this.#options;
    const { namespace = "default", name, uid } = gate.metadata;
    const regarding = {
      apiVersion: API_VERSION,
      kind: "Gate",
      namespace,
      name,
      ...(uid !== undefined && { uid }),
    };
    const event: KubeObject = {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { namespace, name: `${name}.${randomBytes(8).toString("hex")}` },
      eventTime: new Date(now()).toISOString().replace("Z", "000Z"),
      reportingController: REPORTING_CONTROLLER,
      reportingInstance: identity,
      type,
      reason,
      action,
      note,
      regarding,
    };
    await client.create(event).catch((error: unknown) => {
      const code = error instanceof KubeError ? error.code : "UNEXPECTED";
      log.warn({ gate: `${namespace}/${name}`, code, event: reason }, "an Event could not be written");
    });
  }
}

/** Every field that the controller writes: a merge patch takes away what is `null`, and leaves alone what it does not name. */
const ABSENT: { readonly [Field in keyof Required<ControllerStatus>]: null } = {
  observedGeneration: null,
  lastHandledRequest: null,
  conditions: null,
  attempted: null,
  admitted: null,
  refused: null,
  applied: null,
};

function toPatch(status: ControllerStatus): object {
  return { ...ABSENT, ...status };
}

function isSameEntry(entry: LogPosition, other: LogPosition | null): boolean {
  return other?.index === entry.index && other.leafHash === entry.leafHash;
}

/** What is kept of a gate: what was told of it, and which version of it that is. */
function withoutSpec({ apiVersion, kind, metadata, status }: KubeObject): KubeObject {
  const { name, uid = "", resourceVersion = "" } = metadata;
  const { inventory: _, ...told }: Record<string, unknown> = Object(status);
  return { apiVersion, kind, metadata: { name, uid, resourceVersion }, status: told };
}

/** Of the same object. Versions of one kind rise; where they do not read as numbers, what the watch says counts. */
function isNewer(one: KubeObject, other: KubeObject): boolean {
  if (one.metadata.uid !== other.metadata.uid) return false;
  const [left, right] = [one, other].map(({ metadata: { resourceVersion = "" } }) => resourceVersion);
  if (left === undefined || right === undefined || !/^\d+$/.test(left) || !/^\d+$/.test(right)) return false;
  return BigInt(left) > BigInt(right);
}
