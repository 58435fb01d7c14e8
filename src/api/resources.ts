import type { ConfigMap } from "./config-map.ts";
import type { Gate } from "./gate.ts";
import type { TrustMaterial } from "./material.ts";
import type { Located, Resource } from "./parse.ts";
import type { PolicyBundle } from "./policy-bundle.ts";
import type { Secret } from "./secret.ts";
import type { TrustPolicy } from "./trust-policy.ts";

/** Everything that was read, by `namespace/name` (PolicyBundles, which are cluster-scoped, by name). */
export interface Resources {
  readonly gates: ReadonlyMap<string, Located<Gate>>;
  readonly trustPolicies: ReadonlyMap<string, TrustMaterial>;
  readonly policyBundles: ReadonlyMap<string, Located<PolicyBundle>>;
  readonly secrets: ReadonlyMap<string, Secret>;
  /** What is there and cannot be used: why, by {@link idOf}. */
  readonly broken: ReadonlyMap<string, string>;
  /** Whether they are objects of a cluster, where one who may name a Secret need not be one who may read it. */
  readonly inCluster: boolean;
}

/** Secrets and ConfigMaps, which hold what other resources name. */
export interface DataSources {
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
}

export interface Sorted extends DataSources {
  readonly gates: Map<string, Located<Gate>>;
  readonly policies: Map<string, Located<TrustPolicy>>;
  readonly policyBundles: Map<string, Located<PolicyBundle>>;
}

/** Sorts resources by kind. Of two with one name the later one stays: whoever can see two has refused before. */
export function sortResources(all: Iterable<Located<Resource>>): Sorted {
  const gates = new Map<string, Located<Gate>>();
  const policies = new Map<string, Located<TrustPolicy>>();
  const policyBundles = new Map<string, Located<PolicyBundle>>();
  const secrets = new Map<string, Secret>();
  const configMaps = new Map<string, ConfigMap>();
  for (const { resource, ...place } of all) {
    switch (resource.kind) {
      case "Gate":
        gates.set(keyOf(resource), { resource, ...place });
        break;
      case "TrustPolicy":
        policies.set(keyOf(resource), { resource, ...place });
        break;
      case "PolicyBundle":
        policyBundles.set(keyOf(resource), { resource, ...place });
        break;
      case "Secret":
        secrets.set(keyOf(resource), resource);
        break;
      case "ConfigMap":
        configMaps.set(keyOf(resource), resource);
        break;
    }
  }
  return { gates, policies, policyBundles, secrets, configMaps };
}

/** `namespace/name`, or the name of what is cluster-scoped. */
export function keyOf({ metadata }: { metadata: { namespace?: string; name: string } }): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

/** As in `TrustPolicy payments/trust`. */
export function idOf(kind: string, key: string): string {
  return `${kind} ${key}`;
}
