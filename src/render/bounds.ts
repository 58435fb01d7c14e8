import type { Refusal } from "../refusal.ts";
import { describeObject, groupOf, identityOf } from "./identity.ts";
import { withoutPrototype } from "./json.ts";
import { builtInScope, type Scope } from "./kinds.ts";
import type { Located } from "./lists.ts";
import type { KubernetesObject } from "./types.ts";

export type BoundsCode = "OUTSIDE_NAMESPACES" | "CLUSTER_SCOPED" | "SCOPE_MISMATCH" | "DUPLICATE_OBJECT";

/** What a gate may touch. */
export interface Bounds {
  /** The gate's own namespace: where an object goes that names none. */
  readonly namespace: string;
  /** Namespaces that objects may be in; the gate's own where absent. */
  readonly namespaces?: readonly string[] | undefined;
  /** Whether objects that belong to no namespace may pass. */
  readonly clusterResources: boolean;
}

export interface BoundedObjects {
  readonly objects: readonly KubernetesObject[];
  readonly refusals: readonly Refusal<BoundsCode>[];
}

/**
 * Holds objects against the gate's bounds, and fills in the gate's namespace where a namespaced kind names
 * none. A custom kind with a namespace is taken at its word: only the cluster knows more.
 */
export function boundObjects(located: readonly Located<KubernetesObject>[], bounds: Bounds): BoundedObjects {
  const objects: KubernetesObject[] = [];
  const refusals: Refusal<BoundsCode>[] = [];
  const seen = new Set<string>();
  for (const { value, origin } of located) {
    const judged = boundObject(value, bounds);
    if ("code" in judged) {
      refusals.push({ ...judged, subject: subjectOf(value, origin) });
      continue;
    }
    const identity = JSON.stringify(identityOf(judged.object));
    if (!seen.has(identity)) objects.push(judged.object);
    else refusals.push({ ...DUPLICATE, subject: subjectOf(judged.object, origin) });
    seen.add(identity);
  }
  return { objects, refusals };
}

type Problem = Omit<Refusal<BoundsCode>, "subject">;

const DUPLICATE: Problem = {
  code: "DUPLICATE_OBJECT",
  message: "the same object is given twice",
  remedy: "remove one of them",
};

function boundObject(
  object: KubernetesObject,
  bounds: Bounds,
): { readonly object: KubernetesObject } | Problem {
  const scope = builtInScope(groupOf(object.apiVersion), object.kind);
  const { namespace } = object.metadata;
  if (scope === "cluster" && namespace !== undefined) {
    const remedy = "remove metadata.namespace";
    return { code: "SCOPE_MISMATCH", message: "a cluster-scoped kind with a namespace", remedy };
  }
  if (scope === "cluster" || (scope === undefined && namespace === undefined)) {
    return bounds.clusterResources ? { object } : clusterScopedProblem(scope);
  }
  const allowed = bounds.namespaces ?? [bounds.namespace];
  const effective = namespace ?? bounds.namespace;
  if (!allowed.includes(effective)) {
    const message = `the namespace ${effective} is not one of the gate's (${allowed.join(", ")})`;
    const remedy = "move the object, or have the gate's owner add the namespace to `namespaces`";
    return { code: "OUTSIDE_NAMESPACES", message, remedy };
  }
  if (namespace !== undefined) return { object };
  const metadata = withoutPrototype({ ...object.metadata, namespace: effective });
  return { object: withoutPrototype({ ...object, metadata }) };
}

function clusterScopedProblem(scope: Scope | undefined): Problem {
  return {
    code: "CLUSTER_SCOPED",
    message:
      scope === "cluster"
        ? "a cluster-scoped kind, and the gate is bound to namespaces"
        : "a custom kind without a namespace may be cluster-scoped, and the gate is bound to namespaces",
    remedy: "give it a namespace, or have the gate's owner set `clusterResources: true`",
  };
}

function subjectOf(object: KubernetesObject, origin: string): string {
  return `${describeObject(object)} (${origin})`;
}
