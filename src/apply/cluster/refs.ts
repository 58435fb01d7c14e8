import type { ObjectRef } from "../../kube/index.ts";
import { groupOf } from "../../render/index.ts";

interface Identified {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined };
}

export function toRef({ apiVersion, kind, metadata }: Identified): ObjectRef {
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

/** One text for one object of a cluster. The version is no part of it: two versions are two views of one object. */
export function keyOfRef({ apiVersion, kind, namespace = "", name }: ObjectRef): string {
  return JSON.stringify([groupOf(apiVersion), kind, namespace, name]);
}

/** How messages name an object: `apps/v1 Deployment payments/api`. */
export function showRef({ apiVersion, kind, namespace, name }: ObjectRef): string {
  return `${apiVersion} ${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
