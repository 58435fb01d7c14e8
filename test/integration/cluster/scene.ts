import { expect } from "vitest";
import {
  ClusterTarget,
  type ClusterTargetOptions,
  GATE_NAME_LABEL,
  type Inventory,
  type InventoryPatch,
  type InventoryStore,
  Observer,
} from "../../../src/apply/cluster/index.ts";
import type { Admission } from "../../../src/apply/index.ts";
import { fromKubeConfigFile, KubeClient, type KubeObject, type ObjectRef } from "../../../src/kube/index.ts";
import { compareText, type KubernetesObject, manifestsOf } from "../../../src/render/index.ts";
import type { Recorded } from "../../../src/verified.ts";
import { type Cluster, startCluster } from "../../support/cluster.ts";

/** Keeps an inventory as a process does that lives on, and every state that it ever had. */
export class MemoryInventory implements InventoryStore {
  readonly written: Inventory[] = [];

  async read(): Promise<Inventory> {
    return this.written.at(-1) ?? { items: [] };
  }

  async write(inventory: Inventory): Promise<void> {
    this.written.push(inventory);
  }
}

/** As the controller does, without a word of anything else. */
export async function writeInventory(
  client: KubeClient,
  gate: ObjectRef,
  inventory: InventoryPatch,
): Promise<void> {
  await client.patch(gate, { type: "merge", body: { status: { inventory } } }, { subresource: "status" });
}

type Settings = Partial<Omit<ClusterTargetOptions, "observer">>;

/** A real API server, and what a controller has for it. */
export class Scene implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly client: KubeClient;
  readonly drifts: ObjectRef[] = [];
  observer: Observer;
  #namespaces = 0;
  #entries = 0;

  private constructor(cluster: Cluster, client: KubeClient) {
    this.cluster = cluster;
    this.client = client;
    this.observer = this.#observe();
  }

  static async start(): Promise<Scene> {
    const cluster = await startCluster();
    return new Scene(cluster, new KubeClient(await fromKubeConfigFile(cluster.adminKubeconfig)));
  }

  async namespace(): Promise<string> {
    const name = `ns-${this.#namespaces++}`;
    await this.cluster.createNamespace(name);
    return name;
  }

  target(namespace: string, settings: Settings = {}): ClusterTarget {
    return new ClusterTarget({
      gate: { namespace, name: "prod" },
      client: this.client,
      observer: this.observer,
      inventory: new MemoryInventory(),
      prune: true,
      force: false,
      correctDrift: true,
      ...settings,
    });
  }

  /** As if the decision about these objects had just been recorded. */
  admission(namespace: string, ...objects: KubernetesObject[]): Recorded<Admission> {
    const index = this.#entries++;
    return {
      gate: { namespace, name: "prod" },
      revision: "a".repeat(40),
      manifests: manifestsOf(objects),
      entry: { index, leafHash: index.toString(16).padStart(64, "0") },
    } as Recorded<Admission>;
  }

  /** As a controller that starts anew. */
  async restartObserver(): Promise<void> {
    await this.observer[Symbol.asyncDispose]();
    this.observer = this.#observe();
  }

  async get(ref: ObjectRef): Promise<KubeObject> {
    const found = await this.client.get(ref);
    expect(found).toMatchObject({ kind: ref.kind, metadata: { name: ref.name } });
    return found ?? { ...ref, metadata: { name: "" } };
  }

  /** Names of what is labelled as the gate's. */
  async owned(namespace: string, kind = "ConfigMap"): Promise<string[]> {
    const { items } = await this.client.list(
      { apiVersion: kind === "Deployment" ? "apps/v1" : "v1", kind },
      { namespace, labelSelector: GATE_NAME_LABEL },
    );
    return items.map(({ metadata }) => metadata.name).sort(compareText);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.observer[Symbol.asyncDispose]();
    await this.client[Symbol.asyncDispose]();
    await this.cluster[Symbol.asyncDispose]();
  }

  #observe(): Observer {
    return new Observer({
      client: this.client,
      onDrift: (_, ref) => this.drifts.push(ref),
      onStatus: () => undefined,
      onError: () => undefined,
    });
  }
}

export function configMap(namespace: string, name: string, value = "1"): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: { value } };
}

export function deployment(
  namespace: string,
  name: string,
  image = "registry.example/api:1",
): KubernetesObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "api", image }] } },
    },
  };
}

export function refTo({ apiVersion, kind, metadata }: KubernetesObject): ObjectRef {
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}
