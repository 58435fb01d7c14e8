import { setTimeout as sleep } from "node:timers/promises";
import type { DriftRecord } from "../../audit/index.ts";
import { mapLimited } from "../../concurrency.ts";
import type { KubeClient, KubeObject } from "../../kube/index.ts";
import type { Rejection } from "../error.ts";
import { Coming } from "./coming.ts";
import { contentOf } from "./content.ts";
import type { Drift } from "./drift.ts";
import { fingerprintOf } from "./drift.ts";
import { describeDrift, describeRemoved } from "./drift-note.ts";
import { waitUntilEstablished } from "./established.ts";
import { inspect } from "./inspect.ts";
import type { Inventory, InventoryItem } from "./inventory.ts";
import type { Observer } from "./observer.ts";
import { directivesOf, type GateName, mayRecreate } from "./ownership.ts";
import { STAGES, type Stage, stageOf } from "./plan.ts";
import { keyOfRef, showRef, toRef } from "./refs.ts";
import { reject, throwIfRejected } from "./rejections.ts";
import {
  isExplained,
  removeForRecreation,
  replace,
  type Submission,
  submit,
  type Tried,
  tryOut,
} from "./submit.ts";
import { sourceOf } from "./unchanged.ts";

export interface ApplyRunOptions {
  readonly gate: GateName;
  readonly client: KubeClient;
  readonly observer: Observer;
  /** Takes fields from other managers when an object is applied for the first time. */
  readonly force: boolean;
  /** Whether what others put into an object is taken out of it. */
  readonly correctDrift: boolean;
}

/** At the same time, for one gate; the API server's own fairness sees to the rest. */
const CONCURRENT_REQUESTS = 8;

const PAUSE_MS = 200;
const pause = () => sleep(PAUSE_MS);

/** One bringing of the cluster to a set of objects: tried out first, then carried out. */
export class ApplyRun {
  readonly drift: DriftRecord[] = [];
  readonly #options: ApplyRunOptions;
  readonly #before: ReadonlyMap<string, InventoryItem>;
  readonly #recreated = new Set<string>();
  /** Objects that may hold what nobody says is theirs: server-side apply alone would leave it there. */
  readonly #suspects = new Set<string>();
  /** Objects that could not be tried out yet. */
  #delayed: ReadonlySet<KubeObject> = new Set();
  /** Applied before any other, and not tried out: as long as it is not taken, nothing was written. */
  #first: KubeObject | undefined;

  constructor(options: ApplyRunOptions, { items }: Inventory) {
    this.#options = options;
    this.#before = new Map(items.map((item) => [keyOfRef(item), item]));
  }

  /**
   * Tries out what can be tried out: an object whose kind or namespace comes with the same change is not known to the
   * API server yet, and has its turn when that is there. The one that is applied first needs no trial where nothing
   * else would be learned from it. Throws ApplyError for everything that is not taken.
   */
  async rehearse(wanted: readonly KubeObject[]): Promise<void> {
    const { client } = this.#options;
    const coming = await Coming.of(wanted, client);
    const delayed = await mapLimited(wanted, CONCURRENT_REQUESTS, (object) => coming.delays(object, client));
    this.#delayed = new Set(wanted.filter((_, index) => delayed[index]));
    this.#first = await this.#chooseFirst(wanted[0]);
    const others = wanted.filter((object) => object !== this.#first && !this.#delayed.has(object));
    const rejections = await this.#tryAll(others);
    // Where the change stops here, nothing is left unsaid.
    if (rejections.length > 0 && this.#first !== undefined)
      rejections.unshift(...(await this.#tryAll([this.#first])));
    throwIfRejected(rejections);
  }

  /** Applies stage by stage; gives the objects as the cluster has them, by what was wanted. */
  async perform(wanted: readonly KubeObject[]): Promise<Map<KubeObject, InventoryItem>> {
    const applied = new Map<KubeObject, InventoryItem>();
    const submit = async (object: KubeObject) => applied.set(object, await this.#submit(object));
    for (const stage of STAGES) {
      const objects = wanted.filter((object) => stageOf(object) === stage);
      throwIfRejected(await this.#tryAll(objects.filter((object) => this.#delayed.has(object))));
      const [first] = objects.filter((object) => object === this.#first);
      if (first !== undefined) await submit(first);
      const others = objects.filter((object) => object !== first);
      await mapLimited(others, CONCURRENT_REQUESTS, submit);
      await this.#settle(stage, objects);
    }
    return applied;
  }

  /** The object, if all that a trial could tell is whether it is taken: it is ours already, as it was, and stays. */
  async #chooseFirst(object: KubeObject | undefined): Promise<KubeObject | undefined> {
    if (object === undefined || this.#delayed.has(object) || mayRecreate(object)) return undefined;
    const known = this.#before.get(keyOfRef(toRef(object)));
    if (known?.fingerprint === undefined) return undefined;
    return (await inspect(known, this.#options)) === undefined ? object : undefined;
  }

  async #tryAll(objects: readonly KubeObject[]): Promise<Rejection[]> {
    const tried = await mapLimited(objects, CONCURRENT_REQUESTS, (object) => this.#try(object));
    return tried.flatMap((result) => (result.ok ? [] : [result.rejection]));
  }

  async #try(object: KubeObject): Promise<Tried> {
    const { client } = this.#options;
    const known = this.#before.get(keyOfRef(toRef(object)));
    const appliedBefore = known?.fingerprint !== undefined;
    const drift = appliedBefore ? await inspect(known, this.#options) : undefined;
    const result = await tryOut(this.#toSubmission(object), client);
    if (!result.ok) return result;
    if (result.recreate) this.#recreated.add(keyOfRef(toRef(object)));
    else if (appliedBefore && drift !== undefined) await this.#noteDrift(known, drift, result.object);
    else if (!appliedBefore && isThere(result.object)) return this.#adopt(object, result);
    return result;
  }

  /** What the gate has applied before it applies by force, whoever changed it or made it anew since. */
  #toSubmission(object: KubeObject): Submission {
    const appliedBefore = this.#before.get(keyOfRef(toRef(object)))?.fingerprint !== undefined;
    return { object, force: this.#options.force || appliedBefore };
  }

  /** An object that is there before the gate has ever applied it must hold nothing but what the source says. */
  async #adopt(object: KubeObject, result: Tried & { ok: true }): Promise<Tried> {
    const { client, force, correctDrift } = this.#options;
    if (!correctDrift || isOpen(object) || (await isExplained(object, result.object, client))) return result;
    if (!force) return { ok: false, rejection: reject(object, "CONFLICT", UNEXPLAINED) };
    this.#suspects.add(keyOfRef(toRef(object)));
    return result;
  }

  /** What an object of ours had become, told by what the API server would make of it. */
  async #noteDrift(item: InventoryItem, drift: Drift, wanted: KubeObject): Promise<void> {
    const { client } = this.#options;
    const live = drift.kind === "missing" ? undefined : await client.get(item);
    if (live !== undefined) this.#suspects.add(keyOfRef(item));
    // An apply that got there and no further; or what was put into it is nobody's, which a replacement shows.
    if (live !== undefined && isSame(wanted, live)) return;
    this.drift.push(describeDrift(item, drift, { wanted, live: live?.metadata }));
  }

  async #submit(object: KubeObject): Promise<InventoryItem> {
    const { client, correctDrift, observer } = this.#options;
    const key = keyOfRef(toRef(object));
    if (this.#recreated.has(key)) await removeForRecreation(object, client, pause);
    const options = { client, evict: correctDrift && !isOpen(object) };
    const first = await submit(this.#toSubmission(object), options);
    const suspect = options.evict && this.#suspects.has(key);
    const submitted = suspect ? await replace(this.#toSubmission(object), first, options) : first;
    observer.wrote(submitted.object);
    if (submitted !== first)
      this.#note({ object: showRef(toRef(object)), what: "added", fields: [], managers: [] });
    this.#note(describeRemoved(first));
    return toItem(submitted.object, object);
  }

  /** One note an object: the first says most. */
  #note(note: DriftRecord | undefined): void {
    if (note !== undefined && !this.drift.some(({ object }) => object === note.object)) this.drift.push(note);
  }

  /** New kinds are there for the next stage. */
  async #settle(stage: Stage, objects: readonly KubeObject[]): Promise<void> {
    if (stage !== "definitions") return;
    const definitions = objects.filter(({ kind }) => kind === "CustomResourceDefinition");
    await waitUntilEstablished(definitions, this.#options.client, pause);
  }
}

const UNEXPLAINED = "it is there already, and holds fields that the source does not name";

/** Whether others may own fields in it, as the source says. */
function isOpen(object: KubeObject): boolean {
  return directivesOf(object).includes("ForeignFields");
}

/** What a dry run would make has no version yet. */
function isThere({ metadata: { resourceVersion = "" } }: KubeObject): boolean {
  return resourceVersion !== "";
}

function isSame(wanted: KubeObject, live: KubeObject): boolean {
  return (
    fingerprintOf(wanted.metadata) === fingerprintOf(live.metadata) && contentOf(wanted) === contentOf(live)
  );
}

function toItem(object: KubeObject, wanted: KubeObject): InventoryItem {
  const { uid, resourceVersion } = object.metadata;
  return {
    ...toRef(object),
    uid,
    fingerprint: fingerprintOf(object.metadata),
    resourceVersion,
    directives: directivesOf(wanted),
    source: sourceOf(wanted),
    ...(!isOpen(wanted) && { content: contentOf(object) }),
  };
}
