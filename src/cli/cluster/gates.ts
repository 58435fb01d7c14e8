import { API_VERSION, ResourceError } from "../../api/index.ts";
import { keyOfObject } from "../../controller/kubernetes/watched.ts";
import type { KubeObject, ObjectRef } from "../../kube/index.ts";
import type { OpenCluster } from "../cluster-client.ts";

const GATE = { apiVersion: API_VERSION, kind: "Gate" } as const;

/** How many names an error lists. */
const MAX_LISTED = 20;

/** `name`, in the namespace at hand, or `namespace/name`. */
export function parseGateName(text: string, namespace: string): ObjectRef {
  const [first = "", second, ...more] = text.split("/");
  if (first === "" || second === "" || more.length > 0) {
    throw new ResourceError("INVALID_RESOURCE", `${text} is no gate's name`, {
      remedy: "write `name` or `namespace/name`",
    });
  }
  return second === undefined
    ? { ...GATE, namespace, name: first }
    : { ...GATE, namespace: first, name: second };
}

/** Throws MISSING_RESOURCE with the gates that there are, and KubeError. */
export async function fetchGate(text: string, { client, namespace }: OpenCluster): Promise<KubeObject> {
  const ref = parseGateName(text, namespace);
  const found = await client.get(ref);
  if (found !== undefined) return found;
  const where = ref.namespace ?? "";
  const names = (await listGates({ client, namespace: where })).map(({ metadata }) => metadata.name);
  const shown = names.slice(0, MAX_LISTED).join(", ");
  const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : "";
  throw new ResourceError("MISSING_RESOURCE", `there is no gate ${ref.name} in namespace ${where}`, {
    remedy:
      names.length === 0
        ? "there is none in this namespace: `sluice get --all-namespaces` shows those of others"
        : `there are: ${shown}${more}`,
  });
}

/** By namespace and name; those of all namespaces where none is given. */
export async function listGates({
  client,
  namespace,
}: {
  readonly client: OpenCluster["client"];
  readonly namespace: string | undefined;
}): Promise<KubeObject[]> {
  const { items } = await client.list(GATE, { namespace });
  return items.toSorted((left, right) => compare(keyOfObject(left), keyOfObject(right)));
}

export function refOfGate({ metadata: { namespace, name } }: Pick<KubeObject, "metadata">): ObjectRef {
  return { ...GATE, namespace, name };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
