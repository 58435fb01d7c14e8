import {
  type Gate,
  idOf,
  keyOf,
  type Located,
  type PolicyBundle,
  ResourceError,
  type Resources,
  type Secret,
  type TrustMaterial,
} from "../api/index.ts";

interface Named {
  TrustPolicy: TrustMaterial;
  PolicyBundle: Located<PolicyBundle>;
  Secret: Secret;
}

/**
 * What a gate names. Names resolve in the gate's own namespace only (a TrustPolicy or Secret of another tenant is
 * not there); PolicyBundles are cluster-scoped. Throws {@link ResourceError}.
 */
export function findNamed<K extends keyof Named>(
  kind: K,
  name: string,
  gate: Gate,
  resources: Resources,
): Named[K] {
  const maps: { readonly [P in keyof Named]: ReadonlyMap<string, Named[P]> } = {
    TrustPolicy: resources.trustPolicies,
    PolicyBundle: resources.policyBundles,
    Secret: resources.secrets,
  };
  const key = kind === "PolicyBundle" ? name : `${gate.metadata.namespace}/${name}`;
  const found = maps[kind].get(key);
  if (found !== undefined) return found;
  const why = resources.broken.get(idOf(kind, key));
  if (why !== undefined)
    throw new ResourceError(
      "INVALID_RESOURCE",
      `${idOf(kind, key)}, which Gate ${keyOf(gate)} names, cannot be used: ${why}`,
    );
  throw new ResourceError(
    "MISSING_RESOURCE",
    `Gate ${keyOf(gate)} names ${idOf(kind, key)}, which is not there`,
    {
      remedy: "add it; names resolve in the gate's own namespace only",
    },
  );
}
