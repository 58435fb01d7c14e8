import { setTimeout as sleep } from "node:timers/promises";
import type { DriftRecord } from "../../audit/index.ts";
import { mapLimited } from "../../concurrency.ts";
import type { KubeClient, KubeObject, ObjectRef } from "../../kube/index.ts";
import { isNonEmpty } from "../../refusal.ts";
import type { LogPosition, Recorded } from "../../verified.ts";
import type { HealthRule, ObjectHealth } from "../health/index.ts";
import type { Admission, ApplyReport, Target } from "../target.ts";
import { findDrift, fingerprintOf } from "./drift.ts";
import { describeDrift, describeRemoved } from "./drift-note.ts";
import { waitUntilEstablished } from "./established.ts";
import { isEmptySet } from "./fields.ts";
import { foreignFields } from "./foreign.ts";
import type { HealthChecks } from "./health.ts";
import { covers, type Inventory, type InventoryItem, leftOver, uniteItems } from "./inventory.ts";
import type { InventoryStore } from "./inventory-store.ts";
import type { Observer } from "./observer.ts";
import { type GateName, withOwner } from "./ownership.ts";
import { inApplyOrder, STAGES, type Stage, stageOf } from "./plan.ts";
import { checkOwners, checkScopes } from "./precheck.ts";
import { pruneObjects } from "./prune.ts";
import { keyOfRef, toRef } from "./refs.ts";
import { rejectionError, throwIfRejected } from "./rejections.ts";
import { removeForRecreation, type Submission, type Submitted, submit, tryOut } from "./submit.ts";

export interface ClusterTargetOptions {
  readonly gate: GateName;
  /** Acts as the gate's service account: everything that is written, or read for it, goes through here. */
  readonly client: KubeClient;
  readonly observer: Observer;
  readonly inventory: InventoryStore;
  readonly prune: boolean;
  /** Takes fields from other managers when an object is applied for the first time. */
  readonly force: boolean;
  /** Whether drift is put back, or told only. */
  readonly correctDrift: boolean;
  /** Absent where the gate does not wait for its objects to work. */
  readonly health?: { readonly checks: HealthChecks; readonly rules: readonly HealthRule[] } | undefined;
}

/** At the same time, for one gate; the API server's own fairness sees to the rest. */
const CONCURRENT_REQUESTS = 8;

const PAUSE_MS = 200;
const pause = () => sleep(PAUSE_MS);

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
    const before = await store.read();
    const lookUp = (ref: ObjectRef) => observer.lookUp(ref, client);
    throwIfRejected([...(await checkScopes(wanted, client)), ...(await checkOwners(wanted, gate, lookUp))]);

    const run = new Run(this.#options, before);
    await run.rehearse(wanted); // the whole set, before the first write
    const refs = wanted.map(toRef);
    if (!covers(before.items, refs)) {
      await store.write({ ...before, items: uniteItems(before.items, refs) }); // known of, before it is made
    }
    observer.forget(gate); // what changes from here on is our own doing
    const applied = await run.perform(wanted);
    const pruned = await this.#prune(leftOver(before.items, refs));
    const after: Inventory = { entry: admission.entry, items: applied };
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
    this.#options.observer.expect(this.#options.gate, inventory);
    return !this.#options.correctDrift || (await this.drifted(inventory)).length === 0;
  }

  async currentEntry(): Promise<LogPosition | undefined> {
    return (await this.#options.inventory.read()).entry;
  }

  /** The objects that are not as they were applied. Costs no request where the types can be watched. */
  async drifted(inventory?: Inventory): Promise<ObjectRef[]> {
    const { items } = inventory ?? (await this.#options.inventory.read());
    const found = await mapLimited(items, CONCURRENT_REQUESTS, (item) => this.#isAsApplied(item));
    return items.filter((_, index) => found[index] === false);
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
    const { observer, gate, inventory } = this.#options;
    observer.forget(gate);
    const { items } = await inventory.read();
    return this.#prune(leftOver(items, []), policy === "prune");
  }

  async #isAsApplied(item: InventoryItem): Promise<boolean> {
    const live = await this.#options.observer.lookUp(item, this.#options.client);
    if (findDrift(item, live, this.#options.gate) !== undefined || live === undefined) return false;
    return isEmptySet(foreignFields(item, live));
  }

  #prune(items: readonly InventoryItem[], remove = this.#options.prune): Promise<string[]> {
    const { gate, client, observer } = this.#options;
    return pruneObjects(items, { gate, client, lookUp: (ref) => observer.lookUp(ref, client), remove });
  }
}

/** One bringing of the cluster to a set of objects. */
class Run {
  readonly drift: DriftRecord[] = [];
  readonly #options: ClusterTargetOptions;
  readonly #before: ReadonlyMap<string, InventoryItem>;
  readonly #recreated = new Set<string>();

  constructor(options: ClusterTargetOptions, { items }: Inventory) {
    this.#options = options;
    this.#before = new Map(items.map((item) => [keyOfRef(item), item]));
  }

  /**
   * Tries out what can be tried out: an object whose kind or namespace comes with the same change is not known to the
   * API server yet, and has its turn when that is there. Throws ApplyError for everything that is not taken.
   */
  async rehearse(wanted: readonly KubeObject[]): Promise<void> {
    const coming = new Coming(wanted);
    await this.#tryAll(wanted.filter((object) => !coming.has(object)));
  }

  /** Applies stage by stage; gives the objects as the cluster has them. */
  async perform(wanted: readonly KubeObject[]): Promise<InventoryItem[]> {
    const coming = new Coming(wanted);
    const applied: InventoryItem[] = [];
    for (const stage of STAGES) {
      const objects = wanted.filter((object) => stageOf(object) === stage);
      await this.#tryAll(objects.filter((object) => coming.has(object)));
      const submitted = await mapLimited(objects, CONCURRENT_REQUESTS, (object) => this.#submit(object));
      applied.push(...submitted.map(({ object }) => toItem(object)));
      await this.#settle(stage, objects);
    }
    return applied;
  }

  async #tryAll(objects: readonly KubeObject[]): Promise<void> {
    const { client } = this.#options;
    const tried = await mapLimited(objects, CONCURRENT_REQUESTS, async (object) => {
      const result = await tryOut(this.#toSubmission(object), client);
      if (result.ok && result.recreate) this.#recreated.add(keyOfRef(toRef(object)));
      if (result.ok) await this.#noteDrift(result.object);
      return result;
    });
    const rejections = tried.flatMap((result) => (result.ok ? [] : [result.rejection]));
    if (isNonEmpty(rejections)) throw rejectionError(rejections);
  }

  /** What the gate has applied before it applies by force, whoever changed it or made it anew since. */
  #toSubmission(object: KubeObject): Submission {
    const appliedBefore = this.#before.get(keyOfRef(toRef(object)))?.fingerprint !== undefined;
    return { object, force: this.#options.force || appliedBefore };
  }

  /** What an object of ours had become, told by what the API server would make of it. */
  async #noteDrift(wanted: KubeObject): Promise<void> {
    const item = this.#before.get(keyOfRef(toRef(wanted)));
    if (item?.fingerprint === undefined) return;
    const live = await this.#lookUp(item);
    const note = describeDrift(item, live, { wanted, gate: this.#options.gate });
    if (note !== undefined) this.drift.push(note);
  }

  async #submit(object: KubeObject): Promise<Submitted> {
    const { client, correctDrift } = this.#options;
    if (this.#recreated.has(keyOfRef(toRef(object)))) await removeForRecreation(object, client, pause);
    const submitted = await submit(this.#toSubmission(object), { client, evict: correctDrift });
    this.#options.observer.wrote(submitted.object);
    const note = describeRemoved(submitted);
    if (note !== undefined) this.drift.push(note);
    return submitted;
  }

  #lookUp(ref: ObjectRef) {
    return this.#options.observer.lookUp(ref, this.#options.client);
  }

  /** New kinds are there for the next stage. */
  async #settle(stage: Stage, objects: readonly KubeObject[]): Promise<void> {
    if (stage !== "definitions") return;
    const definitions = objects.filter(({ kind }) => kind === "CustomResourceDefinition");
    await waitUntilEstablished(definitions, this.#options.client, pause);
  }
}

/** What a change brings with it that others in it need: kinds and namespaces. */
class Coming {
  readonly #kinds: ReadonlySet<string>;
  readonly #namespaces: ReadonlySet<string>;

  constructor(wanted: readonly KubeObject[]) {
    const names = wanted.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);
    this.#namespaces = new Set(names);
    this.#kinds = new Set(wanted.flatMap(kindDefinedBy));
  }

  has({ apiVersion, kind, metadata }: KubeObject): boolean {
    const group = apiVersion.split("/").at(0) ?? "";
    return this.#kinds.has(`${group}/${kind}`) || this.#namespaces.has(metadata.namespace ?? "");
  }
}

function kindDefinedBy({ kind, spec }: KubeObject): string[] {
  if (kind !== "CustomResourceDefinition") return [];
  const { group, names } = Object(spec) as { group?: unknown; names?: { kind?: unknown } };
  return [`${group}/${names?.kind}`];
}

function toItem(object: KubeObject): InventoryItem {
  const { uid } = object.metadata;
  return { ...toRef(object), uid, fingerprint: fingerprintOf(object.metadata) };
}
