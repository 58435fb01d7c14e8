import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../support/cluster.ts";
import { NAMESPACE, ROOT } from "../install/overlay.ts";

/** The environment and the files that a pod of the Deployment has from its cluster, written into the unpacked root. */
export async function becomePod(cluster: Cluster, root: string): Promise<string[]> {
  const identity = join(root, "var/run/secrets/kubernetes.io/serviceaccount");
  await mkdir(identity, { recursive: true });
  await writeFile(join(identity, "token"), await cluster.tokenFor(NAMESPACE, "sluice"));
  await writeFile(join(identity, "ca.crt"), await readFile(join(cluster.folder, "ca.pem")));
  await writeFile(join(identity, "namespace"), NAMESPACE);
  const { hostname, port } = new URL(cluster.url);
  return [`KUBERNETES_SERVICE_HOST=${hostname}`, `KUBERNETES_SERVICE_PORT=${port}`];
}

/** The installed Deployment's arguments, listening on loopback and on ports that are free. */
export async function installedArguments(cluster: Cluster): Promise<string[]> {
  const { spec } = JSON.parse(
    await cluster.kubectl("get", "deployment", "sluice", "-n", NAMESPACE, "-o", "json"),
  );
  const args: string[] = spec.template.spec.containers[0].args;
  return args.map((arg) => arg.replace(/=0\.0\.0\.0:\d+$/, "=127.0.0.1:0"));
}

export async function install(cluster: Cluster): Promise<void> {
  await cluster.kubectl("apply", "--server-side", "-k", join(ROOT, "manifests/install"));
  await cluster.kubectl("wait", "--for=condition=Established", "crd", "-l", "app.kubernetes.io/name=sluice");
  await cluster.kubectl("apply", "-k", join(ROOT, "manifests/guard"));
  await cluster.kubectl("apply", "-k", join(ROOT, "manifests/examples"));
}

export interface GateStatus {
  readonly metadata: { readonly finalizers?: readonly string[] };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** The example's gate, once the controller has come to a conclusion about it. */
export async function untilConcluded(cluster: Cluster, isRunning: () => boolean): Promise<GateStatus> {
  for (let tries = 0; tries < 300 && isRunning(); tries++) {
    const gate = JSON.parse(await cluster.kubectl("get", "gate", "payments", "-n", "payments", "-o", "json"));
    const conditions: Condition[] = gate.status?.conditions ?? [];
    if (conditions.some(({ type, status }) => type === "Ready" && status === "False")) return gate;
    await sleep(200);
  }
  throw new Error("the controller came to no conclusion");
}

/** Who holds the Lease that decides which replica acts; empty after it was given up. */
export async function leaseHolder(cluster: Cluster): Promise<string> {
  const lease = JSON.parse(await cluster.kubectl("get", "lease", "sluice", "-n", NAMESPACE, "-o", "json"));
  return lease.spec.holderIdentity ?? "";
}
