import type { ApiResource } from "./discovery.ts";
import { type KubeObject, nameOf, type ObjectRef, type ObjectType } from "./object.ts";
import { collectionPath, objectPath, type Query } from "./paths.ts";
import type { Call } from "./session.ts";

export interface GetOptions {
  readonly metadataOnly?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WriteOptions {
  /** The API server does all but write. */
  readonly dryRun?: boolean | undefined;
  readonly fieldManager?: string | undefined;
  readonly subresource?: string | undefined;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Takes over what other managers own. */
  readonly force?: boolean | undefined;
}

export interface DeleteOptions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan" | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface Patch {
  readonly type: "json" | "merge";
  readonly body: unknown;
  /** Whether sending it twice is the same as sending it once, as of a merge patch that names no version. */
  readonly repeatable?: boolean | undefined;
}

const JSON_TYPE = "application/json";
const METADATA_ONLY = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

export function getCall(resource: ApiResource, ref: ObjectRef, { metadataOnly, signal }: GetOptions): Call {
  return {
    method: "GET",
    path: objectPath(resource, ref),
    ...(metadataOnly && { accept: METADATA_ONLY }),
    signal,
    asked: `GET ${nameOf(ref)}`,
    repeatable: true,
  };
}

export function createCall(resource: ApiResource, object: KubeObject, options: WriteOptions): Call {
  const ref = refOf(object);
  return {
    method: "POST",
    path: collectionPath(resource, ref, writeQuery(options)),
    contentType: JSON_TYPE,
    body: JSON.stringify(object),
    ...described("POST", ref),
    repeatable: false,
  };
}

/** Server-side apply: the same object twice is the same as once. */
export function applyCall(resource: ApiResource, object: KubeObject, options: ApplyOptions): Call {
  const ref = refOf(object);
  const query = { ...writeQuery(options), force: options.force };
  return {
    method: "PATCH",
    path: objectPath(resource, { ...ref, subresource: options.subresource }, query),
    contentType: "application/apply-patch+yaml", // of which JSON is a part
    body: JSON.stringify(object),
    ...described("APPLY", ref),
    repeatable: true,
  };
}

export function patchCall(
  resource: ApiResource,
  ref: ObjectRef,
  { type, body, repeatable = false }: Patch,
  options: WriteOptions,
): Call {
  return {
    method: "PATCH",
    path: objectPath(resource, { ...ref, subresource: options.subresource }, writeQuery(options)),
    contentType: type === "json" ? "application/json-patch+json" : "application/merge-patch+json",
    body: JSON.stringify(body),
    ...described("PATCH", ref),
    repeatable,
  };
}

export function updateCall(resource: ApiResource, object: KubeObject, options: WriteOptions): Call {
  const ref = refOf(object);
  return {
    method: "PUT",
    path: objectPath(resource, { ...ref, subresource: options.subresource }, writeQuery(options)),
    contentType: JSON_TYPE,
    body: JSON.stringify(object),
    ...described("PUT", ref),
    repeatable: false,
  };
}

/** Repeatable where it names the one object that is meant: another of the same name is left alone. */
export function deleteCall(resource: ApiResource, ref: ObjectRef, options: DeleteOptions): Call {
  const { uid, resourceVersion, propagationPolicy, dryRun } = options;
  return {
    method: "DELETE",
    path: objectPath(resource, ref),
    contentType: JSON_TYPE,
    // JSON leaves out what is undefined.
    body: JSON.stringify({
      preconditions: { uid, resourceVersion },
      propagationPolicy,
      dryRun: dryRun ? ["All"] : undefined,
    }),
    ...described("DELETE", ref),
    repeatable: uid !== undefined,
  };
}

function described(verb: string, ref: ObjectRef): Pick<Call, "asked" | "secret"> {
  return { asked: `${verb} ${nameOf(ref)}`, secret: isSecret(ref) };
}

function isSecret({ apiVersion, kind }: ObjectType): boolean {
  return apiVersion === "v1" && kind === "Secret";
}

function refOf({ apiVersion, kind, metadata }: KubeObject): ObjectRef {
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

function writeQuery({ dryRun = false, fieldManager }: WriteOptions): Query {
  return { fieldValidation: "Strict", fieldManager, dryRun: dryRun ? "All" : undefined };
}
