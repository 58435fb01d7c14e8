import canonicalize from "canonicalize";
import { sha256 } from "../digest.ts";
import { identityOf } from "./identity.ts";
import { compareText } from "./order.ts";
import type { JsonValue, KubernetesObject, Manifests } from "./types.ts";

/**
 * RFC 8785 canonical JSON: one value, one text. Throws a TypeError for what that form cannot hold (a lone
 * surrogate, a number that is not finite); the parser here lets neither in.
 */
export function canonicalJson(value: JsonValue): string {
  try {
    const text = canonicalize(value);
    if (text !== undefined) return text;
  } catch (cause) {
    throw new TypeError("the value has no canonical JSON form", { cause });
  }
  throw new TypeError("the value has no canonical JSON form");
}

/**
 * The canonical form of a set of objects: sorted by (group, kind, namespace, name), each as canonical JSON
 * on a line of its own that ends in `\n`. The digest is the SHA-256 of that text in UTF-8, so it depends on
 * neither the files the objects came from nor the order they were rendered in.
 */
export function manifestsOf(objects: readonly KubernetesObject[]): Manifests {
  const sorted = objects.toSorted(compareObjects);
  const text = sorted.map((object) => `${canonicalJson(object)}\n`).join("");
  return { objects: sorted, digest: sha256(text) };
}

function compareObjects(left: KubernetesObject, right: KubernetesObject): number {
  const others = identityOf(right);
  for (const [index, part] of identityOf(left).entries()) {
    const order = compareText(part, others[index] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}
