import { resourcesFromObjects, secretValue } from "../../api/index.ts";
import { keyOfObject } from "../../controller/kubernetes/watched.ts";
import { fromKubeConfigText, KubeClient, KubeError, type KubeObject } from "../../kube/index.ts";
import type { OpenCluster } from "../cluster-client.ts";
import type { HealthRule } from "./health.ts";

/** Where a gate's objects are, for looking at them. */
export interface TargetView extends AsyncDisposable {
  readonly client: KubeClient;
  readonly rules: readonly HealthRule[];
}

/**
 * The cluster that a gate applies to: this one, or the one whose kubeconfig it names, which is then read with the
 * rights of whoever asks. Throws KubeError.
 */
export async function openTargetView(
  gate: KubeObject,
  { client }: Pick<OpenCluster, "client">,
): Promise<TargetView> {
  const cluster = clusterTargetOf(gate);
  const rules = cluster?.healthChecks ?? [];
  const ref = cluster?.kubeConfig?.secretRef;
  if (ref === undefined) return { client, rules, [Symbol.asyncDispose]: async () => undefined };
  const remote = await openRemote(await readSecret(gate, ref, client));
  return { client: remote, rules, [Symbol.asyncDispose]: () => remote[Symbol.asyncDispose]() };
}

/** From a kubeconfig that came from a Secret, and so under its strict rules. */
export async function openRemote(kubeConfig: string): Promise<KubeClient> {
  return new KubeClient(await fromKubeConfigText(kubeConfig));
}

/** Of a gate that cannot be used nothing is known but its name: it has no rules, and this cluster. */
function clusterTargetOf(gate: KubeObject) {
  const { resources } = resourcesFromObjects([gate], { policiesDir: "" });
  const target = resources.gates.get(keyOfObject(gate))?.resource.spec.target;
  return target !== undefined && "cluster" in target ? target.cluster : undefined;
}

async function readSecret(
  { metadata: { namespace } }: KubeObject,
  { name, key }: { readonly name: string; readonly key: string },
  client: KubeClient,
): Promise<string> {
  const found = await client.get({ apiVersion: "v1", kind: "Secret", namespace, name });
  const { resources } = resourcesFromObjects(found === undefined ? [] : [found], { policiesDir: "" });
  const secret = resources.secrets.get(`${namespace}/${name}`);
  const text = secret && secretValue(secret, key);
  if (text !== undefined && text !== "") return text;
  throw new KubeError("CONFIG", `Secret ${namespace}/${name} has no kubeconfig in its key ${key}`);
}
