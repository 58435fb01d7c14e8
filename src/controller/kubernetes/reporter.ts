import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { API_VERSION, type GateStatus } from "../../api/index.ts";
import { type KubeClient, KubeError, type KubeObject } from "../../kube/index.ts";
import type { Logger } from "../logs.ts";
import { type ControllerStatus, eventsOf, type GateEvent } from "../status/index.ts";
import { statusOf } from "./readiness.ts";
import { keyOfObject } from "./watched.ts";

/** Owns what it writes of a status; what a gate owns in the cluster is told by another manager. */
const FIELD_MANAGER = "sluice-controller";
const REPORTING_CONTROLLER = "sluice.dev/controller";

export interface ReporterOptions {
  readonly client: Pick<KubeClient, "apply" | "create">;
  /** Which process tells, as events name it. */
  readonly identity: string;
  readonly now: () => number;
  readonly log: Pick<Logger, "warn">;
}

/** Tells Kubernetes what became of gates: in their status, and in Events for what is new. */
export class Reporter {
  readonly #options: ReporterOptions;
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

  /** Writes where something changed, and only then. Throws KubeError, but not for a gate that is gone. */
  async report(gate: KubeObject, next: ControllerStatus): Promise<void> {
    const previous = this.statusOf(gate);
    const { inventory: _, ...told } = previous ?? {};
    if (isDeepStrictEqual(told, next)) return;
    const { namespace, name } = gate.metadata;
    const metadata = { name, ...(namespace !== undefined && { namespace }) };
    try {
      const written = await this.#options.client.apply(
        { apiVersion: API_VERSION, kind: "Gate", metadata, status: next },
        { fieldManager: FIELD_MANAGER, force: true, subresource: "status" },
      );
      this.#written.set(keyOfObject(gate), withoutSpec(written));
    } catch (error) {
      if (error instanceof KubeError && error.code === "NOT_FOUND") return;
      throw error;
    }
    for (const event of eventsOf(previous, next)) await this.#tell(gate, event);
  }

  forget(key: string): void {
    this.#written.delete(key);
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

/** What is kept of a gate: its status, and which version of it that is. */
function withoutSpec({ apiVersion, kind, metadata, status }: KubeObject): KubeObject {
  const { name, uid = "", resourceVersion = "" } = metadata;
  return { apiVersion, kind, metadata: { name, uid, resourceVersion }, status };
}

/** Of the same object. Versions of one kind rise; where they do not read as numbers, what the watch says counts. */
function isNewer(one: KubeObject, other: KubeObject): boolean {
  if (one.metadata.uid !== other.metadata.uid) return false;
  const [left, right] = [one, other].map(({ metadata: { resourceVersion = "" } }) => resourceVersion);
  if (left === undefined || right === undefined || !/^\d+$/.test(left) || !/^\d+$/.test(right)) return false;
  return BigInt(left) > BigInt(right);
}
