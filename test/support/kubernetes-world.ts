import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { KubeClient, KubeObject } from "../../src/kube/index.ts";
import type { Cluster } from "./cluster.ts";
import { NO_MORE_THAN_FIVE } from "./policies.ts";
import type { World } from "./world.ts";

const CRDS = join(import.meta.dirname, "../../manifests/crds");

/** The gate of every {@link World}. */
export const GATE = { apiVersion: "sluice.dev/v1", kind: "Gate", namespace: "payments", name: "payments" };

export async function installCrds(cluster: Cluster): Promise<void> {
  await cluster.kubectl("apply", "--server-side", "-k", CRDS);
  await cluster.kubectl("wait", "--for=condition=Established", "crd", "--all");
}

/** Whom the gate of a world acts as. */
const DEPLOYER = "deployer";

/** An account that may do anything, in the namespace of the world. */
export async function createDeployer(cluster: Cluster): Promise<void> {
  const { namespace } = GATE;
  await cluster.kubectl("create", "serviceaccount", DEPLOYER, "-n", namespace);
  const binding = ["--clusterrole=cluster-admin", `--serviceaccount=${namespace}:${DEPLOYER}`];
  await cluster.kubectl("create", "clusterrolebinding", DEPLOYER, ...binding);
}

/** The resources of a world as a cluster has them: policies inline, and a target in the cluster itself. */
export async function customResources(
  world: World,
  target: object = { serviceAccountName: DEPLOYER, prune: true },
): Promise<KubeObject[]> {
  const names = (await readdir(world.gateFolder)).filter((name) => name.endsWith(".json"));
  const resources: KubeObject[] = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(world.gateFolder, name), "utf8"))),
  );
  return resources.map((resource) => {
    if (resource.kind === "Gate")
      return { ...resource, spec: { ...Object(resource.spec), target: { cluster: target } } };
    if (resource.kind !== "PolicyBundle") return resource;
    const { parameters } = Object(resource.spec);
    return { ...resource, spec: { rego: { modules: { "limits.rego": NO_MORE_THAN_FIVE } }, parameters } };
  });
}

/** Makes the resources or brings them to what they are now. */
export async function applyResources(client: KubeClient, resources: readonly KubeObject[]): Promise<void> {
  for (const resource of resources) await client.apply(resource, { fieldManager: "test", force: true });
}
