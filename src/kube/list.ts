import type { ApiResource } from "./discovery.ts";
import { KubeError } from "./error.ts";
import { PAGE_SIZE } from "./limits.ts";
import { toKubeObject } from "./meta.ts";
import { isRecord, type KubeObject, type ObjectType } from "./object.ts";
import { pathOf } from "./paths.ts";
import type { Answer, Call } from "./session.ts";

export interface ListOptions {
  /** Of a namespaced type: absent means all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly metadataOnly?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Listed {
  readonly items: KubeObject[];
  /** The state that was read: a watch goes on from here. */
  readonly resourceVersion: string;
}

interface Page extends Listed {
  /** Empty on the last one. */
  readonly next: string;
}

const METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

type Ask = (call: Call) => Promise<Answer>;

export async function listAll(
  resource: ApiResource,
  type: ObjectType,
  options: ListOptions,
  send: Ask,
): Promise<Listed> {
  const fetchPage = (limit: number, next: string): Promise<Page> =>
    send(callFor(resource, type, options, { limit, next })).then((answer) => readPage(answer, type));
  try {
    return await listPages(fetchPage);
  } catch (error) {
    // The state that the first pages were of has been compacted away meanwhile: begin again, once.
    if (!(error instanceof KubeError && error.code === "GONE")) throw error;
    return listPages(fetchPage);
  }
}

async function listPages(fetchPage: (limit: number, next: string) => Promise<Page>): Promise<Listed> {
  const items: KubeObject[] = [];
  let limit = PAGE_SIZE;
  let next = "";
  for (;;) {
    try {
      const page = await fetchPage(limit, next);
      for (const item of page.items) items.push(item);
      next = page.next;
      if (next === "") return { items, resourceVersion: page.resourceVersion };
    } catch (error) {
      if (!(error instanceof KubeError && error.code === "TOO_LARGE") || limit === 1) throw error;
      limit = Math.ceil(limit / 10);
    }
  }
}

function callFor(
  resource: ApiResource,
  { kind }: ObjectType,
  options: ListOptions,
  { limit, next }: { limit: number; next: string },
): Call {
  const { namespace, labelSelector, fieldSelector, metadataOnly = false, signal } = options;
  const query = { limit, continue: next === "" ? undefined : next, labelSelector, fieldSelector };
  return {
    method: "GET",
    path: pathOf(resource, { namespace }, query),
    ...(metadataOnly && { accept: METADATA_ONLY }),
    signal,
    asked: `LIST ${kind}`,
    repeatable: true,
  };
}

function readPage({ body }: Answer, type: ObjectType): Page {
  const metadata = isRecord(body) && isRecord(body.metadata) ? body.metadata : {};
  const { resourceVersion, continue: next = "" } = metadata;
  // Go writes an empty list of metadata as null.
  const items = isList(body) ? (body.items ?? []) : undefined;
  if (!Array.isArray(items) || typeof resourceVersion !== "string" || typeof next !== "string") {
    throw malformed(type);
  }
  return { items: items.map((item) => readItem(item, type)), resourceVersion, next };
}

function readItem(item: unknown, type: ObjectType): KubeObject {
  const object = toKubeObject(item, type);
  if (object === undefined || object.metadata.name === "") throw malformed(type);
  return object;
}

function isList(body: unknown): body is Record<string, unknown> {
  return isRecord(body) && typeof body.kind === "string" && body.kind.endsWith("List");
}

function malformed({ kind }: ObjectType): KubeError {
  return new KubeError("PROTOCOL", `LIST ${kind}: the API server answers with something that is no list`);
}
