import type { Digest } from "../digest.ts";

/** What JSON can say, and nothing else: no undefined, no NaN, no dates, no functions. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** Made without a prototype by the parser here, so that a key such as `__proto__` is a key like any other. */
export type JsonObject = { readonly [key: string]: JsonValue };

export type ObjectMeta = {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: JsonObject;
  readonly annotations?: JsonObject;
  readonly [field: string]: JsonValue;
};

/** One object of a manifest. Only the fields named here were checked; everything below them is the author's. */
export type KubernetesObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: JsonValue;
};

/** Rendered objects in canonical order, with the digest of their canonical form. */
export interface Manifests {
  readonly objects: readonly KubernetesObject[];
  readonly digest: Digest;
}
