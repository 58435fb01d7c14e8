import type { KubernetesObject } from "./types.ts";

/** The API group of an `apiVersion`: `apps` of `apps/v1`, empty for the core group's `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash === -1 ? "" : apiVersion.slice(0, slash);
}

/**
 * What makes two objects the same one in a cluster. The version is not part of it: `apps/v1` and
 * `apps/v1beta1` of one Deployment are two views of one object.
 */
export function identityOf(object: KubernetesObject): readonly [string, string, string, string] {
  const { namespace = "", name } = object.metadata;
  return [groupOf(object.apiVersion), object.kind, namespace, name];
}

/** How messages name an object: `apps/v1 Deployment payments/api`. */
export function describeObject(object: KubernetesObject): string {
  const { namespace, name } = object.metadata;
  return `${object.apiVersion} ${object.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
