import type { KubeObject, ObjectMeta, ObjectRef } from "../../kube/index.ts";
import { isJsonObject, type JsonValue, type KubernetesObject } from "../../render/index.ts";
import { ApplyError } from "../error.ts";
import type { Admission } from "../target.ts";
import type { Directive } from "./inventory.ts";
import { showRef } from "./refs.ts";

/** Says which gate an object belongs to. Written by the gate; the guard lets nobody else touch what has them. */
export const GATE_NAMESPACE_LABEL = "sluice.dev/gate-namespace";
export const GATE_NAME_LABEL = "sluice.dev/gate-name";

/** `false` on an object that stays when it leaves the source. */
const PRUNE_ANNOTATION = "sluice.dev/prune";
/** `true` on an object that may be deleted and made again where a field cannot be changed. */
const RECREATE_ANNOTATION = "sluice.dev/recreate";
/** `keep` on an object in which others may own fields that the source does not name. */
const FOREIGN_FIELDS_ANNOTATION = "sluice.dev/foreign-fields";

export type GateName = Admission["gate"];

/** The object as it is applied: as it was admitted, with the labels of its gate. */
export function withOwner(object: KubernetesObject, gate: GateName): KubeObject {
  const { labels, annotations, ...rest } = object.metadata;
  const metadata: ObjectMeta = {
    ...rest,
    labels: {
      ...stringMap(object, "labels", labels),
      [GATE_NAMESPACE_LABEL]: gate.namespace,
      [GATE_NAME_LABEL]: gate.name,
    },
    ...(annotations !== undefined && { annotations: stringMap(object, "annotations", annotations) }),
  };
  return { ...object, metadata };
}

/** What an admitted object says of how it is to be treated. */
export function directivesOf({ metadata: { annotations = {} } }: KubeObject): Directive[] {
  return [
    ...(annotations[FOREIGN_FIELDS_ANNOTATION] === "keep" ? (["ForeignFields"] as const) : []),
    ...(annotations[PRUNE_ANNOTATION] === "false" ? (["NoPrune"] as const) : []),
  ];
}

export function mayRecreate({ metadata: { annotations = {} } }: KubeObject): boolean {
  return annotations[RECREATE_ANNOTATION] === "true";
}

/** The gate that an object says it belongs to. */
export function ownerOf({ labels = {} }: ObjectMeta): GateName | undefined {
  const { [GATE_NAMESPACE_LABEL]: namespace, [GATE_NAME_LABEL]: name } = labels;
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

export function isOwner(gate: GateName, metadata: ObjectMeta): boolean {
  const owner = ownerOf(metadata);
  return owner?.namespace === gate.namespace && owner.name === gate.name;
}

function stringMap(
  object: KubernetesObject,
  field: string,
  map: JsonValue | undefined,
): Record<string, string> {
  if (map === undefined || map === null) return {};
  const entries = isJsonObject(map) ? Object.entries(map) : [];
  const strings = entries.filter((entry): entry is [string, string] => typeof entry[1] === "string");
  if (isJsonObject(map) && strings.length === entries.length) return Object.fromEntries(strings);
  throw new ApplyError("REJECTED", `${showRef(refOf(object))}: metadata.${field} must be a map of strings`, {
    remedy: "quote numbers and booleans there",
  });
}

function refOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectRef {
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}
