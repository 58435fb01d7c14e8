import type { KubeObject } from "../../kube/index.ts";

/** The kinds that are watched. What holds data (Secrets, ConfigMaps) is read by name instead, when it is needed. */
export const WATCHED_KINDS = ["Gate", "TrustPolicy", "PolicyBundle"] as const;
export type WatchedKind = (typeof WATCHED_KINDS)[number];

export const REQUESTED_AT = "sluice.dev/requestedAt";

export interface WatchEvent {
  readonly type: "added" | "modified" | "deleted";
  readonly object: KubeObject;
  readonly previous?: KubeObject;
}

/** A gate as the API server has it, which nobody validated here: only what a watch must know of it. */
interface GateFields {
  /** Names of TrustPolicies: the gate's own, and its submodules'. */
  readonly trusts: readonly unknown[];
  readonly policies: readonly unknown[];
  readonly dependsOn: readonly string[];
  readonly suspend: boolean;
  /** Whether its objects have to work before it is ready. */
  readonly wait: boolean;
}

export function fieldsOf({ spec }: KubeObject): GateFields {
  const { trust, source, policies, dependsOn, suspend, target }: Record<string, unknown> = Object(spec);
  const { submodules } = Object(Object(source).git);
  const names = Array.isArray(dependsOn)
    ? dependsOn.map((each: unknown) => Object(each).name as unknown)
    : [];
  return {
    trusts: [
      trust,
      ...(Array.isArray(submodules) ? submodules : []).map((each: unknown) => Object(each).trust),
    ],
    policies: Array.isArray(policies) ? policies : [],
    dependsOn: names.filter((name) => typeof name === "string"),
    suspend: suspend === true,
    wait: Object(Object(target).cluster).wait === true,
  };
}

/** `namespace/name`, or the name of what is cluster-scoped: as reflectors and the queue have it. */
export function keyOfObject({ metadata: { namespace, name } }: Pick<KubeObject, "metadata">): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
