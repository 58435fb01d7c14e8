import {
  type KubeClient,
  type KubeError,
  type KubeObject,
  type ObjectMeta,
  type ObjectRef,
  Reflector,
} from "../../kube/index.ts";
import { findDrift } from "./drift.ts";
import { isEmptySet } from "./fields.ts";
import { foreignFields } from "./foreign.ts";
import type { Inventory, InventoryItem } from "./inventory.ts";
import { GATE_NAME_LABEL, type GateName, ownerOf } from "./ownership.ts";
import { keyOfRef, toRef } from "./refs.ts";

type TypeRef = Pick<ObjectRef, "apiVersion" | "kind">;

export interface ObserverOptions {
  readonly client: KubeClient;
  /** An object is not as the gate applied it. May be called more than once for one change. */
  readonly onDrift: (gate: GateName, ref: ObjectRef) => void;
  /** An object changed in another way: its status, as a rule. */
  readonly onStatus: (gate: GateName, ref: ObjectRef) => void;
  /** A type cannot be watched. Objects of it are looked at one by one instead. */
  readonly onError: (type: TypeRef, error: KubeError) => void;
}

/**
 * Sees the metadata of everything that any gate applied, through one watch for each type: that nothing
 * changed costs the API server no request at all. What may not be watched is read object by object.
 */
export class Observer implements AsyncDisposable {
  readonly #options: ObserverOptions;
  readonly #watches = new Map<string, TypeWatch>();
  /** What objects should look like, and to which gate that matters. */
  readonly #expected = new Map<string, Expectation>();
  readonly #keys = new Map<string, readonly string[]>();
  /** Versions of objects that were read, and found as they had been applied. */
  readonly #vouched = new Map<string, string>();
  /** Resource versions of our own writes that the watch may not have told of yet. */
  readonly #written = new Map<string, string>();

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  /** Tells what a gate's objects look like from now on: after each apply, and when a gate is taken up again. */
  expect(gate: GateName, { items }: Inventory): void {
    this.forget(gate);
    const applied = items.filter(({ fingerprint }) => fingerprint !== undefined);
    for (const item of applied) this.#expected.set(keyOfRef(item), { gate, item });
    this.#keys.set(keyOfGate(gate), applied.map(keyOfRef));
  }

  /** What becomes of the gate's objects from now on is told to nobody. */
  forget(gate: GateName): void {
    for (const key of this.#keys.get(keyOfGate(gate)) ?? []) this.#expected.delete(key);
    this.#keys.delete(keyOfGate(gate));
  }

  /**
   * What is known of an object that carries a gate's labels; undefined where there is none. `reader` is asked where
   * the kind cannot be watched. Throws KubeError.
   */
  async lookUp(ref: ObjectRef, reader: KubeClient): Promise<ObjectMeta | undefined> {
    const watch = this.#watchOf(ref);
    if ((await watch.usable()) && this.#isUpToDate(ref, watch)) return watch.get(ref)?.metadata;
    if ((await reader.resourceOf(ref.apiVersion, ref.kind)) === undefined) return undefined;
    const found = await reader.get(ref, { metadataOnly: true });
    return found !== undefined && ownerOf(found.metadata) !== undefined ? found.metadata : undefined;
  }

  vouchFor(ref: ObjectRef, resourceVersion: string | undefined): void {
    if (resourceVersion !== undefined) this.#vouched.set(keyOfRef(ref), resourceVersion);
  }

  isVouchedFor(ref: ObjectRef, resourceVersion: string | undefined): boolean {
    return resourceVersion !== undefined && this.#vouched.get(keyOfRef(ref)) === resourceVersion;
  }

  /** Told of each write, so that nobody takes what was there before for what came after. */
  wrote({ metadata, ...type }: KubeObject): void {
    const { resourceVersion } = metadata;
    if (resourceVersion !== undefined)
      this.#written.set(keyOfRef(toRef({ ...type, metadata })), resourceVersion);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#watches.values()].map((watch) => watch[Symbol.asyncDispose]()));
  }

  #forgetObject(key: string): void {
    this.#written.delete(key);
    this.#vouched.delete(key);
  }

  #isUpToDate(ref: ObjectRef, watch: TypeWatch): boolean {
    const key = keyOfRef(ref);
    const written = this.#written.get(key);
    if (written === undefined) return true;
    const seen = watch.get(ref)?.metadata.resourceVersion;
    const upToDate = seen !== undefined && !isOlder(seen, written);
    if (upToDate) this.#written.delete(key);
    return upToDate;
  }

  #watchOf({ apiVersion, kind }: TypeRef): TypeWatch {
    const key = `${apiVersion}/${kind}`;
    const known = this.#watches.get(key);
    if (known !== undefined) return known;
    const watch = new TypeWatch({ apiVersion, kind }, this.#options.client, {
      onObject: (object, gone) => this.#see(object, gone),
      onError: (error) => this.#options.onError({ apiVersion, kind }, error),
    });
    this.#watches.set(key, watch);
    return watch;
  }

  /** By the object, not by its labels: those may be what was changed. */
  #see(object: KubeObject, gone: boolean): void {
    const ref = toRef(object);
    if (gone) this.#forgetObject(keyOfRef(ref));
    const expected = this.#expected.get(keyOfRef(ref));
    if (expected === undefined) return;
    const { gate, item } = expected;
    const live = gone ? undefined : object.metadata;
    const closed = item.directives?.includes("ForeignFields") !== true;
    const drifted = findDrift(item, live, gate) !== undefined || (closed && hasForeignFields(ref, live));
    if (drifted) this.#options.onDrift(gate, ref);
    else this.#options.onStatus(gate, ref);
  }
}

interface Expectation {
  readonly gate: GateName;
  readonly item: InventoryItem;
}

/** Annotations can be large, and anybody's: ours are all that is looked at. */
function withoutOthersNotes(object: KubeObject): KubeObject {
  const { annotations = {}, ...metadata } = object.metadata;
  const ours = Object.entries(annotations).filter(([key]) => key.startsWith("sluice.dev/"));
  return { ...object, metadata: { ...metadata, annotations: Object.fromEntries(ours) } };
}

function hasForeignFields(ref: ObjectRef, live: ObjectMeta | undefined): boolean {
  return live !== undefined && !isEmptySet(foreignFields(ref, live));
}

/**
 * Resource versions of one type are numbers that grow; the API promises it since Kubernetes 1.35, and servers on etcd
 * have always done so. https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
function isOlder(left: string, right: string): boolean {
  return left.length === right.length ? left < right : left.length < right.length;
}

function keyOfGate({ namespace, name }: GateName): string {
  return `${namespace}/${name}`;
}

interface Listeners {
  readonly onObject: (object: KubeObject, gone: boolean) => void;
  readonly onError: (error: KubeError) => void;
}

/** One watch, which is usable from when it has listed everything; a lost connection is told of what it missed. */
class TypeWatch implements AsyncDisposable {
  readonly #reflector: Reflector;
  readonly #failed: Promise<void>;

  constructor(type: TypeRef, client: KubeClient, { onObject, onError }: Listeners) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#failed = promise;
    this.#reflector = new Reflector(client, type, {
      labelSelector: GATE_NAME_LABEL,
      metadataOnly: true,
      keep: withoutOthersNotes,
      onEvent: ({ type: change, object }) => onObject({ ...object, ...type }, change === "deleted"),
      onError: (error) => {
        resolve();
        onError(error);
      },
    });
    this.#reflector.start();
  }

  /** Waits for the first answer of the server. */
  async usable(): Promise<boolean> {
    if (!this.#reflector.isSynced) await Promise.race([this.#reflector.synced, this.#failed]);
    return this.#reflector.isSynced;
  }

  get({ namespace, name }: ObjectRef): KubeObject | undefined {
    return this.#reflector.get(namespace === undefined ? name : `${namespace}/${name}`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#reflector[Symbol.asyncDispose]();
  }
}
