import { join } from "node:path";
import type { GateStatus } from "../../../src/api/index.ts";
import { KubeClient, type KubeObject, type ObjectRef } from "../../../src/kube/index.ts";
import { type Finished, runCli } from "../../support/cli.ts";
import { type Cluster, startCluster } from "../../support/cluster.ts";

const CRDS = join(import.meta.dirname, "../../../manifests/crds");

export const REVISION = "4f2c".padEnd(40, "0");
export const EARLIER = "9aaa".padEnd(40, "1");
const AT = "2026-11-22T10:00:00Z";

/** A cluster that knows Sluice's kinds, in which no controller runs: the test writes what one would. */
export class Scene implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly client: KubeClient;

  private constructor(cluster: Cluster, client: KubeClient) {
    this.cluster = cluster;
    this.client = client;
  }

  static async open(): Promise<Scene> {
    const cluster = await startCluster();
    await cluster.kubectl("apply", "--server-side", "-k", CRDS);
    await cluster.kubectl("wait", "--for=condition=Established", "crd", "gates.sluice.dev");
    return new Scene(cluster, new KubeClient(await cluster.connection()));
  }

  /** The command line as the administrator. */
  sluice(...args: readonly string[]): Promise<Finished> {
    return runCli([...args, "--kubeconfig", this.cluster.adminKubeconfig]);
  }

  /** What a command answers a machine, and its exit code. */
  ask(...args: readonly string[]): Promise<Asked> {
    return this.askAs(this.cluster.adminKubeconfig, ...args);
  }

  async askAs(kubeconfig: string, ...args: readonly string[]): Promise<Asked> {
    const { code, stdout } = await runCli(["--output", "json", ...args, "--kubeconfig", kubeconfig]);
    return { code, answer: JSON.parse(stdout) };
  }

  async createGate(namespace: string, name: string, spec: object = {}): Promise<KubeObject> {
    return this.client.create({
      apiVersion: "sluice.dev/v1",
      kind: "Gate",
      metadata: { namespace, name },
      spec: {
        source: { git: { url: "https://git.bank.example/config.git", ref: { branch: "main" } } },
        trust: "trust",
        policies: ["baseline"],
        target: { cluster: {} },
        ...spec,
      },
    });
  }

  /** As the controller would; `null` takes a field away. */
  async writeStatus(ref: Pick<ObjectRef, "namespace" | "name">, status: object): Promise<void> {
    await this.client.patch(
      { apiVersion: "sluice.dev/v1", kind: "Gate", ...ref },
      { type: "merge", body: { status } },
      { subresource: "status" },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.cluster[Symbol.asyncDispose]();
  }
}

/** JSON that a test looks at field by field. */
export interface Asked {
  readonly code: number | null;
  readonly answer: Record<string, unknown>;
}

export function entry(index: number) {
  return { index, leafHash: "ab".repeat(32) };
}

function condition(type: string, status: "True" | "False" | "Unknown", reason: string, message: string) {
  return { type, status, reason, message, observedGeneration: 1, lastTransitionTime: AT };
}

/** Of a gate whose last change was let through. */
export function readyStatus(more: Partial<GateStatus> = {}): GateStatus {
  const common = { revision: REVISION, entry: entry(3), at: AT };
  return {
    observedGeneration: 1,
    conditions: [condition("Ready", "True", "Reconciled", "commit 4f2c000000 is in place")],
    attempted: { revision: REVISION, at: AT },
    admitted: { ...common, manifests: `sha256:${"0".repeat(64)}` },
    applied: common,
    ...more,
  };
}

/** Of a gate whose last change was refused, while the one before runs. */
export function refusedStatus(message = "is not signed"): GateStatus {
  const before = { revision: EARLIER, entry: entry(3), at: AT };
  const reason = {
    code: "UNSIGNED",
    subject: `commit ${REVISION}`,
    message,
    remedy: "sign it with a key of the trust policy",
  };
  return {
    observedGeneration: 1,
    conditions: [condition("Ready", "False", "Unsigned", `commit 4f2c000000 refused: ${message}`)],
    attempted: { revision: REVISION, at: AT },
    admitted: { ...before, manifests: `sha256:${"0".repeat(64)}` },
    applied: before,
    refused: { revision: REVISION, stage: "verify", entry: entry(4), at: AT, total: 1, reasons: [reason] },
  };
}

/** Of a gate whose objects do not work, and which waits for them. */
export function unhealthyStatus(inventory: NonNullable<GateStatus["inventory"]>): GateStatus {
  return readyStatus({
    conditions: [
      condition("Ready", "False", "Unhealthy", "1 of 1 objects not ready"),
      condition("Healthy", "False", "Unhealthy", "1 of 1 objects not ready"),
    ],
    inventory,
  });
}
