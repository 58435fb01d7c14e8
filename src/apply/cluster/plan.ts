import type { KubernetesObject } from "../../render/index.ts";
import { groupOf } from "../../render/index.ts";

/**
 * The order in which an admitted set is applied. What others need in order to exist comes first; what looks at every
 * later request comes last, so that a webhook never stands in the way of the very objects that serve it.
 */
export const STAGES = ["definitions", "objects", "admission"] as const;
export type Stage = (typeof STAGES)[number];

const DEFINITIONS = new Set(["/Namespace", "apiextensions.k8s.io/CustomResourceDefinition"]);

const ADMISSION = new Set([
  "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding",
  "admissionregistration.k8s.io/MutatingWebhookConfiguration",
  "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
  "apiregistration.k8s.io/APIService",
]);

/** Within a stage, kinds that others refer to come first. Kubernetes does not need it; there is less to retry. */
const EARLY_KINDS: readonly string[] = [
  "Namespace",
  "CustomResourceDefinition",
  "PriorityClass",
  "StorageClass",
  "ResourceQuota",
  "LimitRange",
  "ServiceAccount",
  "ClusterRole",
  "Role",
  "ClusterRoleBinding",
  "RoleBinding",
  "NetworkPolicy",
  "ConfigMap",
  "Secret",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "Service",
];

export function stageOf({ apiVersion, kind }: Pick<KubernetesObject, "apiVersion" | "kind">): Stage {
  const key = `${groupOf(apiVersion)}/${kind}`;
  if (DEFINITIONS.has(key)) return "definitions";
  return ADMISSION.has(key) ? "admission" : "objects";
}

/** Sorted by stage, then by kind; otherwise the order stays. Pruning goes the other way. */
export function inApplyOrder<T extends Pick<KubernetesObject, "apiVersion" | "kind">>(
  objects: readonly T[],
): T[] {
  return objects.toSorted((left, right) => rankOf(left) - rankOf(right));
}

function rankOf(object: Pick<KubernetesObject, "apiVersion" | "kind">): number {
  const early = EARLY_KINDS.indexOf(object.kind);
  return STAGES.indexOf(stageOf(object)) * 1000 + (early === -1 ? EARLY_KINDS.length : early);
}
