import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { fromKubeConfigFile, KubeClient, type KubeObject } from "../../../src/kube/index.ts";
import { shareCompiled, startCli } from "../../support/cli.ts";
import { type Cluster, startCluster } from "../../support/cluster.ts";
import { NO_MORE_THAN_FIVE } from "../../support/policies.ts";
import { signer, World } from "../../support/world.ts";

const CRDS = join(import.meta.dirname, "../../../manifests/crds");
const PATIENCE_MS = 25_000;
/** Whom gates act as that name nobody; may do anything in its namespace. */
const ACCOUNT = "applier";

/** One line of a controller's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string };

/** A controller process. */
export class Replica {
  readonly process: ChildProcess;
  readonly lines: LogLine[] = [];
  /** Everything that it printed, on both streams. */
  output = "";

  constructor(process: ChildProcess) {
    this.process = process;
    if (process.stdout === null || process.stderr === null) throw new TypeError("the process prints nowhere");
    createInterface(process.stdout).on("line", (line) => {
      this.output += `${line}\n`;
      this.lines.push(JSON.parse(line) as LogLine);
    });
    process.stderr.on("data", (chunk: Buffer) => {
      this.output += chunk.toString();
    });
  }

  said(msg: string): LogLine | undefined {
    return this.lines.find((line) => line.msg === msg);
  }

  async waitFor(msg: string): Promise<LogLine> {
    await eventually(() => expect(this.said(msg), this.output).toMatchObject({ msg }));
    return this.said(msg) ?? {};
  }

  /** Sends a signal, and gives the exit code. */
  async end(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    const ended = once(this.process, "exit");
    this.process.kill(signal);
    await ended;
    return this.process.exitCode;
  }
}

/** A namespace of the cluster with a gate's world around it: a git server, a registry, people. */
export class Scene {
  readonly cluster: Cluster;
  readonly client: KubeClient;
  readonly world: World;
  readonly namespace: string;

  constructor(parts: Pick<Scene, "cluster" | "client" | "world" | "namespace">) {
    this.cluster = parts.cluster;
    this.client = parts.client;
    this.world = parts.world;
    this.namespace = parts.namespace;
  }

  /** Creates or replaces an object of the namespace. */
  async put(kind: string, name: string, spec: object, apiVersion = "sluice.dev/v1"): Promise<void> {
    const body = apiVersion === "v1" ? spec : { spec };
    const object = { apiVersion, kind, metadata: { name, namespace: this.namespace }, ...body };
    await this.client.apply(object, { fieldManager: "test", force: true });
  }

  /** The gate of this scene, or another; what is not told is as a first gate would have it. */
  async putGate(changes: object = {}, name = "prod"): Promise<void> {
    await this.put("Gate", name, {
      interval: "1s",
      source: { git: { url: this.world.url, ref: { branch: "main" } } },
      path: "prod",
      trust: "trust",
      policies: [this.namespace],
      target: { cluster: { prune: true } },
      ...changes,
    });
  }

  async putTrust(changes: object = {}): Promise<void> {
    await this.put("TrustPolicy", "trust", {
      signers: [signer(this.world.alice)],
      history: { start: "root" },
      commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
      artifacts: [
        {
          match: [`${this.world.registry.host}/**`],
          signedBy: { any: [{ cosign: { pem: this.world.imageKey.publicKeyPem } }] },
        },
      ],
      ...changes,
    });
  }

  /** Trust and policies; the bundle, which is cluster-scoped, has the name of the namespace. */
  async putRules(): Promise<void> {
    await this.putTrust();
    await this.client.apply(
      {
        apiVersion: "sluice.dev/v1",
        kind: "PolicyBundle",
        metadata: { name: this.namespace },
        spec: { rego: { modules: { "limits.rego": NO_MORE_THAN_FIVE } } },
      },
      { fieldManager: "test", force: true },
    );
  }

  async putAccount(): Promise<void> {
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
    const subjects = [{ kind: "ServiceAccount", name: ACCOUNT, namespace: this.namespace }];
    const metadata = { name: ACCOUNT, namespace: this.namespace };
    await this.put("ServiceAccount", ACCOUNT, {}, "v1");
    await this.client.create({
      ...{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding" },
      ...{ metadata, roleRef, subjects },
    });
  }

  async remove(kind: string, name: string): Promise<void> {
    await this.client.delete({ apiVersion: "sluice.dev/v1", kind, namespace: this.namespace, name });
  }

  async annotate(annotations: Readonly<Record<string, string>>, name = "prod"): Promise<void> {
    const ref = { apiVersion: "sluice.dev/v1", kind: "Gate", namespace: this.namespace, name };
    await this.client.patch(ref, { type: "merge", body: { metadata: { annotations } } });
  }

  gate(name = "prod"): Promise<KubeObject | undefined> {
    return this.client.get({ apiVersion: "sluice.dev/v1", kind: "Gate", namespace: this.namespace, name });
  }

  deployment(): Promise<KubeObject | undefined> {
    return this.client.get({
      apiVersion: "apps/v1",
      kind: "Deployment",
      namespace: this.namespace,
      name: "api",
    });
  }

  /** `spec.replicas` of what is in the cluster. */
  async replicas(): Promise<unknown> {
    const { replicas }: { replicas?: unknown } = Object((await this.deployment())?.spec);
    return replicas;
  }

  /** As somebody does with kubectl, past the gate. */
  async scaleByHand(replicas: number): Promise<void> {
    const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: this.namespace, name: "api" };
    await this.client.patch(ref, { type: "merge", body: { spec: { replicas } } }, { fieldManager: "hand" });
  }

  /** `True Reconciled` and the like, of the conditions asked for. */
  async conditions(types: readonly string[], name = "prod"): Promise<string[]> {
    const status = Object((await this.gate(name))?.status) as { conditions?: Record<string, string>[] };
    const found = (type: string) => status.conditions?.find((each) => each.type === type);
    return types.map((type) => `${found(type)?.status} ${found(type)?.reason}`);
  }

  /** Waits until the conditions read as given. */
  async until(expected: Readonly<Record<string, string>>, name = "prod"): Promise<void> {
    await eventually(async () => {
      const status = JSON.stringify((await this.gate(name))?.status);
      expect(await this.conditions(Object.keys(expected), name), status).toEqual(Object.values(expected));
    });
  }

  /** The reasons of the Events about a gate. */
  async events(name = "prod"): Promise<string[]> {
    const { items } = await this.client.list(
      { apiVersion: "events.k8s.io/v1", kind: "Event" },
      { namespace: this.namespace },
    );
    return items
      .filter(({ regarding }) => Object(regarding).name === name)
      .map(({ type, reason }) => `${type} ${reason}`);
  }

  /** Starts a controller for this namespace; it is stopped when the test ends. */
  run(...args: readonly string[]): Replica {
    return this.start("--namespace", this.namespace, "--default-service-account", ACCOUNT, ...args);
  }

  start(...args: readonly string[]): Replica {
    const child = startCli([
      "run",
      "--kubernetes",
      ...["--min-interval", "100ms"],
      ...["--kubeconfig", this.cluster.adminKubeconfig, "--state", this.world.state],
      ...["--metrics-address", "127.0.0.1:0", "--lease-namespace", this.namespace],
      ...args,
    ]);
    const replica = new Replica(child);
    onTestFinished(async () => void (await replica.end("SIGKILL")));
    return replica;
  }
}

/** For a file of tests: one cluster, and scenes in namespaces of their own. */
export function useScenes(): () => Promise<Scene> {
  let cluster: Cluster | undefined;
  let client: KubeClient | undefined;
  let count = 0;
  beforeAll(async () => {
    cluster = await startCluster();
    await cluster.kubectl("apply", "--server-side", "-k", CRDS);
    await cluster.kubectl("wait", "--for=condition=Established", "crd", "--all");
    client = new KubeClient(await fromKubeConfigFile(cluster.adminKubeconfig));
  });
  afterAll(async () => {
    await client?.[Symbol.asyncDispose]();
    await cluster?.[Symbol.asyncDispose]();
  });
  return async () => {
    if (cluster === undefined || client === undefined) throw new TypeError("scenes are made in tests");
    count += 1;
    const namespace = `scene-${count}`;
    await cluster.createNamespace(namespace);
    const world = await World.open();
    onTestFinished(() => world[Symbol.asyncDispose]());
    await mkdir(world.state, { recursive: true });
    await shareCompiled(world);
    const scene = new Scene({ cluster, client, world, namespace });
    await scene.putRules();
    await scene.putAccount();
    return scene;
  };
}

/** Tries again until it holds. */
export async function eventually(check: () => unknown, patience = PATIENCE_MS): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await sleep(100);
  }
}
