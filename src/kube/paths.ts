import type { ApiResource } from "./discovery.ts";
import { KubeError } from "./error.ts";

export interface PathParts {
  readonly namespace?: string | undefined;
  readonly name?: string;
  readonly subresource?: string | undefined;
}

interface ObjectName {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** The path of a resource, of one object in it, or of its subresource, with the query. */
export function pathOf(resource: ApiResource, parts: PathParts, query: Query = {}): string {
  const { group, version, plural, namespaced } = resource;
  const segments = group === "" ? ["api", version] : ["apis", group, version];
  if (namespaced && parts.namespace !== undefined) segments.push("namespaces", parts.namespace);
  segments.push(plural);
  if (parts.name !== undefined) segments.push(parts.name);
  if (parts.subresource !== undefined) segments.push(parts.subresource);
  return `/${segments.map(encodeSegment).join("/")}${encodeQuery(query)}`;
}

/** Where one object is made. Its name is not in the path, and may be the API server's to give. */
export function collectionPath(
  resource: ApiResource,
  { namespace, name }: ObjectName,
  query?: Query,
): string {
  checkNamespace(resource, { namespace, name });
  return pathOf(resource, { namespace }, query);
}

export function objectPath(resource: ApiResource, parts: PathParts & ObjectName, query?: Query): string {
  checkNamespace(resource, parts);
  return pathOf(resource, parts, query);
}

/** For one object: without a namespace the path would be another, of all namespaces. */
function checkNamespace({ namespaced, kind }: ApiResource, { namespace, name }: ObjectName): void {
  if (namespaced && namespace === undefined)
    throw new KubeError("INVALID", `${kind} ${name} needs a namespace`);
}

/** Nothing that is empty (a delete would become one of the whole collection) or that leads to another path. */
function encodeSegment(segment: string): string {
  if (segment === "" || segment === "." || segment === ".." || /[/%]/.test(segment)) {
    throw new KubeError(
      "INVALID",
      "a name or namespace is empty, a dot or two, or holds a slash or percent sign",
    );
  }
  return encodeURIComponent(segment);
}

function encodeQuery(query: Query): string {
  const entries = Object.entries(query).flatMap(([key, value]) => {
    return value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`];
  });
  return entries.length === 0 ? "" : `?${entries.join("&")}`;
}
