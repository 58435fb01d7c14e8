import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mapLimited } from "../../src/concurrency.ts";
import { inCluster, KubeClient, type KubeObject } from "../../src/kube/index.ts";
import { type Cluster, startCluster } from "../support/cluster.ts";
import { NO_MORE_THAN_FIVE } from "../support/policies.ts";
import { signer, World } from "../support/world.ts";
import { application, toManifest } from "./cluster-objects.ts";

export const NAMESPACE = "payments";
/** Where the objects are applied without a gate. */
const PLAIN = "plain";
/** Of one client at a time, as for one gate. */
export const CONCURRENCY = 8;
const SYSTEM = "sluice-system";
const DEPLOYER = "deployer";
const INSTALL = join(import.meta.dirname, "../../manifests/install");
const SERVER_SIDE = ["apply", "--server-side"];

export interface PodIdentity {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A cluster on a disk that is waited for, with Sluice installed, and a repository with a folder for each gate. */
export class BenchWorld implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly world: World;
  /** The administrator's. */
  readonly client: KubeClient;
  readonly names: readonly string[];

  private constructor(parts: Pick<BenchWorld, "cluster" | "world" | "client" | "names">) {
    this.cluster = parts.cluster;
    this.world = parts.world;
    this.client = parts.client;
    this.names = parts.names;
  }

  static async open(gates: number, interval: string): Promise<BenchWorld> {
    const [cluster, world] = await Promise.all([startCluster({ durable: true }), World.open()]);
    const client = new KubeClient(await cluster.connection());
    const names = Array.from({ length: gates }, (_, index) => `app-${String(index).padStart(4, "0")}`);
    const bench = new BenchWorld({ cluster, world, client, names });
    await bench.#install();
    await bench.#putGates(interval);
    return bench;
  }

  /** The whole repository with another version; the commit. */
  async push(version: number): Promise<string> {
    const files = this.names.map(
      (name) => [`apps/${name}/app.yaml`, toManifest(this.objects(name, version))] as const,
    );
    return this.world.push({ tree: new Map(files), message: `Version ${version}` });
  }

  objects(name: string, version: number): KubeObject[] {
    return application({ name, version, image: `${this.world.image}:1.0.0` });
  }

  /** Asks for a run of one gate, as a pipeline does after its push; the others follow the same branch. */
  async request(value: string): Promise<void> {
    const body = { metadata: { annotations: { "sluice.dev/requestedAt": value } } };
    const [name = ""] = this.names;
    const ref = { apiVersion: "sluice.dev/v1", kind: "Gate", namespace: NAMESPACE, name };
    await this.client.patch(ref, { type: "merge", body });
  }

  /** What a pod of the installation has: environment, and the folder with the files that the kubelet gives it. */
  pod(): Promise<PodIdentity> {
    return this.#identify(SYSTEM, "sluice");
  }

  /** As the account that the gates act for, in the namespace without gates. */
  async plainClient(): Promise<KubeClient> {
    return new KubeClient(await inCluster(await this.#identify(PLAIN, DEPLOYER)));
  }

  async #identify(namespace: string, account: string): Promise<PodIdentity> {
    const directory = join(this.world.folder, `pod-${account}`);
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, "token"), await this.cluster.tokenFor(namespace, account), {
      mode: 0o600,
    });
    await copyFile(join(this.cluster.folder, "ca.pem"), join(directory, "ca.crt"));
    const { hostname, port } = new URL(this.cluster.url);
    return { directory, env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await Promise.all([this.cluster[Symbol.asyncDispose](), this.world[Symbol.asyncDispose]()]);
  }

  async #install(): Promise<void> {
    const { cluster } = this;
    await cluster.kubectl(...SERVER_SIDE, "-k", INSTALL);
    await cluster.kubectl("wait", "--for=condition=Established", "crd", "--all");
    for (const namespace of [NAMESPACE, PLAIN]) {
      await cluster.createNamespace(namespace);
      for (const object of deployerIn(namespace)) await this.#put(object);
    }
  }

  async #putGates(interval: string): Promise<void> {
    const { world } = this;
    const resource = (kind: string, name: string, spec: object) => ({
      apiVersion: "sluice.dev/v1",
      kind,
      metadata: { namespace: NAMESPACE, name },
      spec,
    });
    const artifacts = [
      {
        match: [`${world.registry.host}/**`],
        signedBy: { any: [{ cosign: { pem: world.imageKey.publicKeyPem } }] },
      },
    ];
    const trust = {
      signers: [signer(world.alice)],
      history: { start: "root" },
      commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
      artifacts,
    };
    await this.#put(resource("TrustPolicy", "trust", trust));
    await this.#put({
      apiVersion: "sluice.dev/v1",
      kind: "PolicyBundle",
      metadata: { name: "limits" },
      spec: { rego: { modules: { "limits.rego": NO_MORE_THAN_FIVE } } },
    });
    const gate = (name: string) => ({
      interval,
      source: { git: { url: world.url, ref: { branch: "main" } } },
      path: `apps/${name}`,
      trust: "trust",
      policies: ["limits"],
      target: { cluster: { serviceAccountName: DEPLOYER, prune: true } },
    });
    await mapLimited(this.names, CONCURRENCY, (name) => this.#put(resource("Gate", name, gate(name))));
  }

  async #put(object: KubeObject): Promise<void> {
    await this.client.apply(object, { fieldManager: "bench", force: true });
  }
}

/** The same object, in the namespace without gates. */
export function inPlain(object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata, namespace: PLAIN } };
}

/** What a team would give its gates: an account that may write what they bring. */
function deployerIn(namespace: string): KubeObject[] {
  const rbac = "rbac.authorization.k8s.io";
  const verbs = ["get", "list", "create", "patch", "update", "delete"];
  const rules = [
    { apiGroups: [""], resources: ["services", "serviceaccounts"], verbs },
    { apiGroups: ["apps"], resources: ["deployments"], verbs },
    { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs },
  ];
  const metadata = { namespace, name: DEPLOYER };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion: `${rbac}/v1`, kind: "Role", metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: rbac, kind: "Role", name: DEPLOYER },
      subjects: [{ kind: "ServiceAccount", name: DEPLOYER, namespace }],
    },
  ];
}
