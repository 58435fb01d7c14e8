import type { ObjectMeta, ObjectRef } from "../../kube/index.ts";
import { groupOf } from "../../render/index.ts";
import { isForeign, ownedFields, setOf } from "./drift.ts";
import { type FieldSet, isEmptySet, pickFields, subtractFields, uniteAll, uniteFields } from "./fields.ts";

/**
 * Fields in an object of ours that others own alone, but for those that Kubernetes itself fills in there
 * and those that the source's author leaves to others.
 */
export function foreignFields(ref: ObjectRef, live: ObjectMeta): FieldSet {
  const entries = live.managedFields ?? [];
  const theirs = uniteAll(entries.filter(isForeign).map(setOf));
  const spec = pickFields(theirs, (field) => !NOT_CONTENT.has(field));
  const content = uniteFields(spec, metadataThatCounts(ref, theirs));
  const owned = ownedFields(live);
  return subtractTrees(subtractFields(content, owned), toleratedPaths(ref, owned));
}

const NOT_CONTENT = new Set(["apiVersion", "kind", "metadata", "status"]);

/**
 * Labels and annotations are added by many, and say nothing about what runs, but for these kinds: they decide there who
 * may do what (roles that gather others by label, namespaces' Pod Security, the cloud identity of a service account) or
 * where traffic goes (Services, Ingresses and their controllers).
 */
const METADATA_THAT_COUNTS: Readonly<Record<string, readonly ("f:labels" | "f:annotations")[]>> = {
  "/Namespace": ["f:labels", "f:annotations"],
  "/Service": ["f:annotations"],
  "/ServiceAccount": ["f:annotations"],
  "networking.k8s.io/Ingress": ["f:annotations"],
  "networking.k8s.io/IngressClass": ["f:annotations"],
  "rbac.authorization.k8s.io/ClusterRole": ["f:labels"],
};

/** Written by kubectl and by the API server on objects of everybody. */
const HARMLESS = new Set(["kubectl.kubernetes.io/last-applied-configuration", "kubernetes.io/metadata.name"]);

export function isHarmless(key: string): boolean {
  return HARMLESS.has(key);
}

/** Which of `f:labels` and `f:annotations` decide something on this kind. */
export function countedMetadata({ apiVersion, kind }: ObjectRef): readonly string[] {
  return METADATA_THAT_COUNTS[`${groupOf(apiVersion)}/${kind}`] ?? [];
}

/** Sluice's own directives count on every kind: only the source may give them. */
const DIRECTIVE = "f:sluice.dev/";

function metadataThatCounts(ref: ObjectRef, set: FieldSet): FieldSet {
  const counted = countedMetadata(ref);
  const metadata: Record<string, FieldSet> = {};
  for (const map of ["f:labels", "f:annotations"]) {
    const entries = Object.entries(set["f:metadata"]?.[map] ?? {}).filter(
      ([segment]) => segment.startsWith(DIRECTIVE) || (counted.includes(map) && segment !== "."),
    );
    const serious = entries.filter(([segment]) => !isHarmless(segment.slice("f:".length)));
    if (serious.length > 0) metadata[map] = Object.fromEntries(serious);
  }
  return isEmptySet(metadata) ? {} : { "f:metadata": metadata };
}

/**
 * Fields that Kubernetes' own controllers write into objects of others, whoever writes them: a manager's name is
 * what its client says, and proves nothing. A path covers all below it; `*` stands for one list item.
 */
const TOLERATED: Readonly<Record<string, readonly string[]>> = {
  "/PersistentVolumeClaim": ["f:spec/f:volumeName"],
  "/PersistentVolume": ["f:spec/f:claimRef"],
  "/Pod": ["f:spec/f:nodeName"],
  "/Namespace": ["f:spec/f:finalizers"],
  "/ServiceAccount": ["f:secrets", "f:imagePullSecrets"],
  "/Service": [
    "f:spec/f:clusterIP",
    "f:spec/f:clusterIPs",
    "f:spec/f:healthCheckNodePort",
    "f:spec/f:ports/*/f:nodePort",
  ],
  "apiextensions.k8s.io/CustomResourceDefinition": [
    "f:spec/f:conversion/f:webhook/f:clientConfig/f:caBundle",
  ],
  "apiregistration.k8s.io/APIService": ["f:spec/f:caBundle"],
  "admissionregistration.k8s.io/MutatingWebhookConfiguration": ["f:webhooks/*/f:clientConfig/f:caBundle"],
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration": ["f:webhooks/*/f:clientConfig/f:caBundle"],
};

export function toleratedPaths({ apiVersion, kind }: ObjectRef, owned: FieldSet): string[][] {
  // The rules of an aggregated role are its controller's to write, and nobody's otherwise.
  if (Object.hasOwn(owned, "f:aggregationRule")) return [["f:rules"]];
  const paths = TOLERATED[`${groupOf(apiVersion)}/${kind}`] ?? [];
  return paths.map((path) => path.split("/"));
}

function subtractTrees(set: FieldSet, paths: readonly (readonly string[])[]): FieldSet {
  return paths.reduce((rest, path) => withoutBelow(rest, path), set);
}

function withoutBelow(set: FieldSet, [head, ...tail]: readonly string[]): FieldSet {
  const kept: Record<string, FieldSet> = {};
  for (const [segment, node] of Object.entries(set)) {
    const onPath = segment === head || (head === "*" && segment.startsWith("k:"));
    const rest = !onPath ? node : tail.length === 0 ? undefined : withoutBelow(node, tail);
    if (rest !== undefined && (rest === node || !isEmptySet(rest))) kept[segment] = rest;
  }
  return kept;
}
