import { keyReferencesOf } from "./key-references.ts";
import { parseResource, type Resource } from "./parse.ts";
import { withoutServerFields } from "./server-fields.ts";

export interface NamedData {
  readonly kind: "Secret" | "ConfigMap";
  readonly namespace: string;
  readonly name: string;
}

/**
 * The Secrets and ConfigMaps that an object of an API server names, all of its own namespace: what must be read
 * beside it, and no more. Nothing for an object that cannot be used.
 */
export function namedDataOf(object: unknown): NamedData[] {
  const parsed = parseResource(withoutServerFields(object));
  return parsed.ok
    ? [...new Map(named(parsed.resource).map((each) => [JSON.stringify(each), each])).values()]
    : [];
}

function named(resource: Resource): NamedData[] {
  const { namespace = "" } = resource.metadata as { namespace?: string };
  const secret = (name: string): NamedData => ({ kind: "Secret", namespace, name });
  switch (resource.kind) {
    case "Gate": {
      const { source, target } = resource.spec;
      const names = [
        source.git.auth?.secretRef.name,
        source.git.proxy?.secretRef.name,
        ...source.git.submodules.flatMap(({ auth, proxy }) => [auth?.secretRef.name, proxy?.secretRef.name]),
        "cluster" in target ? target.cluster.kubeConfig?.secretRef.name : undefined,
      ];
      return names.filter((name) => name !== undefined).map(secret);
    }
    case "TrustPolicy":
      return keyReferencesOf(resource).flatMap((key): NamedData[] => {
        if ("secretRef" in key) return [secret(key.secretRef.name)];
        return "configMapRef" in key ? [{ kind: "ConfigMap", namespace, name: key.configMapRef.name }] : [];
      });
    default:
      return [];
  }
}
