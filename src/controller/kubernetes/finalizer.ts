import type { KubeClient, KubeObject } from "../../kube/index.ts";

/** Keeps a Gate until what it applied is taken away, or let go of. */
export const FINALIZER = "sluice.dev/gate";

export function hasFinalizer({ metadata }: KubeObject): boolean {
  return metadata.finalizers?.includes(FINALIZER) === true;
}

/** Before anything is applied. Throws KubeError; CONFLICT where the gate is not as it was seen. */
export function addFinalizer(gate: KubeObject, client: Pick<KubeClient, "patch">): Promise<KubeObject> {
  return setFinalizers(gate, [...(gate.metadata.finalizers ?? []), FINALIZER], client);
}

/** After everything is taken away. The API server removes the gate with its last finalizer. */
export function removeFinalizer(gate: KubeObject, client: Pick<KubeClient, "patch">): Promise<KubeObject> {
  const others = (gate.metadata.finalizers ?? []).filter((each) => each !== FINALIZER);
  return setFinalizers(gate, others, client);
}

/** The list is replaced as a whole, so the version that it was read from goes along. */
function setFinalizers(
  { apiVersion, kind, metadata: { namespace, name, resourceVersion } }: KubeObject,
  finalizers: readonly string[],
  client: Pick<KubeClient, "patch">,
): Promise<KubeObject> {
  return client.patch(
    { apiVersion, kind, namespace, name },
    { type: "merge", body: { metadata: { resourceVersion, finalizers } } },
    { fieldManager: "sluice-controller" },
  );
}
