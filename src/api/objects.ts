import { staysInside } from "./common.ts";
import { findDependencyCycle } from "./dependencies.ts";
import { ResourceError } from "./error.ts";
import type { Gate } from "./gate.ts";
import { DIRECTORY_IN_FILES_ONLY } from "./gate-target.ts";
import type { TrustMaterial } from "./material.ts";
import { describeIssue, type Issue, type Located, parseResource, type Resource } from "./parse.ts";
import { PATH_BELOW_INSTALLATION } from "./policy-bundle.ts";
import { idOf, type Resources, sortResources } from "./resources.ts";
import { withoutServerFields } from "./server-fields.ts";
import { toTrustMaterial } from "./trust-material.ts";

/** An object that cannot be used, and why. The message is for its status: it holds no value of a Secret. */
export interface ObjectProblem {
  readonly kind: string;
  /** Empty for what is cluster-scoped. */
  readonly namespace: string;
  readonly name: string;
  readonly message: string;
}

export interface ObjectOptions {
  /** The folder that `rego.path` of a PolicyBundle is below. */
  readonly policiesDir: string;
}

/**
 * Objects of an API server (custom resources, and the Secrets and ConfigMaps that they name) as the resources that
 * files would be. What is wrong with one object makes that object unusable, and no other.
 */
export function resourcesFromObjects(
  objects: readonly unknown[],
  { policiesDir }: ObjectOptions,
): { readonly resources: Resources; readonly problems: readonly ObjectProblem[] } {
  const problems = new Problems();
  const usable = objects.flatMap((object): Located<Resource>[] => {
    const written = withoutServerFields(object);
    const parsed = parseResource(written);
    const issues = parsed.ok ? fileReferencesIn(parsed.resource) : parsed.issues;
    if (parsed.ok && issues.length === 0)
      return [{ resource: parsed.resource, folder: policiesDir, confined: true }];
    problems.add(nameOf(written), issues.map(describeIssue).join("; "));
    return [];
  });
  const { gates, policies, policyBundles, secrets, configMaps } = sortResources(usable);
  const trustPolicies = new Map<string, TrustMaterial>();
  for (const [key, { resource }] of policies) {
    try {
      const locate = (path: readonly PropertyKey[]) => path.join(".");
      trustPolicies.set(key, toTrustMaterial(resource, { files: new Map(), secrets, configMaps, locate }));
    } catch (error) {
      if (!(error instanceof ResourceError)) throw error;
      problems.add(nameOf(resource), [error.message, error.remedy].join("; "));
    }
  }
  removeCycles(gates, problems);
  return {
    resources: { gates, trustPolicies, policyBundles, secrets, broken: problems.byId, inCluster: true },
    problems: problems.all,
  };
}

type ObjectName = Pick<ObjectProblem, "kind" | "namespace" | "name">;

class Problems {
  readonly all: ObjectProblem[] = [];
  readonly byId = new Map<string, string>();

  add(of: ObjectName, message: string): void {
    this.all.push({ ...of, message });
    const key = of.namespace === "" ? of.name : `${of.namespace}/${of.name}`;
    this.byId.set(idOf(of.kind, key), message);
  }
}

function nameOf(object: object): ObjectName {
  const { kind, metadata } = object as { kind?: unknown; metadata: { name?: unknown; namespace?: unknown } };
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  return { kind: text(kind), namespace: text(metadata.namespace), name: text(metadata.name) };
}

/** Paths that lead to no file of this object: what is on the controller's disk is not for tenants to name. */
function fileReferencesIn(resource: Resource): readonly Issue[] {
  if (resource.kind === "Gate" && "directory" in resource.spec.target)
    return [{ path: ["spec", "target", "directory"], message: DIRECTORY_IN_FILES_ONLY }];
  if (resource.kind !== "PolicyBundle" || !("path" in resource.spec.rego)) return [];
  return staysInside.holds(resource.spec.rego.path)
    ? []
    : [{ path: ["spec", "rego", "path"], message: PATH_BELOW_INSTALLATION }];
}

/** No gate of a cycle can ever run; which of them is meant otherwise, their authors must say. */
function removeCycles(gates: Map<string, Located<Gate>>, problems: Problems): void {
  for (;;) {
    const cycle = findDependencyCycle([...gates.values()].map(({ resource }) => resource));
    if (cycle === undefined) return;
    for (const key of new Set(cycle)) {
      const gate = gates.get(key)?.resource;
      if (gate === undefined) throw new TypeError("a cycle is of gates that are there");
      problems.add(
        nameOf(gate),
        `spec.dependsOn: these Gates would wait for each other for ever: ${cycle.join(" → ")}`,
      );
      gates.delete(key);
    }
  }
}
