import { anyOf } from "./deadline.ts";
import type { ApiResource } from "./discovery.ts";
import { KubeError, type KubeErrorCode } from "./error.ts";
import { LIST_TIMEOUT_MS, MAX_LIST_BYTES, MAX_LIST_ITEMS, MAX_LIST_PAGES, PAGE_SIZE } from "./limits.ts";
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
  /** What is left of each object in memory, from when its page is read; its identity and version must be. */
  readonly keep?: ((object: KubeObject) => KubeObject) | undefined;
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
  readonly bytes: number;
}

const METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

type Ask = (call: Call) => Promise<Answer>;
type FetchPage = (limit: number, next: string) => Promise<Page>;

/** Throws TOO_LARGE for a list without an end, and for one that nobody could hold. */
export async function listAll(
  resource: ApiResource,
  type: ObjectType,
  options: ListOptions,
  send: Ask,
): Promise<Listed> {
  const signal = anyOf(options.signal, AbortSignal.timeout(LIST_TIMEOUT_MS));
  const fetchPage: FetchPage = async (limit, next) => {
    const page = readPage(await send(callFor(resource, type, { ...options, signal }, { limit, next })), type);
    return options.keep === undefined ? page : { ...page, items: page.items.map(options.keep) };
  };
  try {
    return await listPages(fetchPage, type);
  } catch (error) {
    // The state that the first pages were of has been compacted away meanwhile: begin again, once.
    if (!isKubeError(error, "GONE")) throw error;
    return listPages(fetchPage, type);
  }
}

async function listPages(fetchPage: FetchPage, { kind }: ObjectType): Promise<Listed> {
  const items: KubeObject[] = [];
  let [limit, next, bytes] = [PAGE_SIZE, "", 0];
  for (let pages = 0; pages < MAX_LIST_PAGES; pages++) {
    const page = await smallEnough(limit, (smaller) => fetchPage(smaller, next));
    for (const item of page.items) items.push(item);
    bytes += page.bytes;
    if (items.length > MAX_LIST_ITEMS || bytes > MAX_LIST_BYTES) break;
    if (page.next === "") return { items, resourceVersion: page.resourceVersion };
    [limit, next] = [page.limit, page.next];
  }
  throw tooLarge(kind);
}

/** The page, and of how many objects it could be. */
async function smallEnough(
  limit: number,
  fetchPage: (limit: number) => Promise<Page>,
): Promise<Page & { readonly limit: number }> {
  try {
    return { ...(await fetchPage(limit)), limit };
  } catch (error) {
    if (!isKubeError(error, "TOO_LARGE") || limit === 1) throw error;
    return smallEnough(Math.ceil(limit / 10), fetchPage);
  }
}

function isKubeError(error: unknown, code: KubeErrorCode): boolean {
  return error instanceof KubeError && error.code === code;
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

function readPage({ body, bytes }: Answer, type: ObjectType): Page {
  const metadata = isRecord(body) && isRecord(body.metadata) ? body.metadata : {};
  const { resourceVersion, continue: next = "" } = metadata;
  // Go writes an empty list of metadata as null.
  const items = isList(body) ? (body.items ?? []) : undefined;
  if (!Array.isArray(items) || typeof resourceVersion !== "string" || typeof next !== "string") {
    throw malformed(type);
  }
  if (items.length > MAX_LIST_ITEMS) throw tooLarge(type.kind); // before each of them takes memory
  return { items: items.map((item) => readItem(item, type)), resourceVersion, next, bytes };
}

function readItem(item: unknown, type: ObjectType): KubeObject {
  const object = toKubeObject(item, type);
  if (object === undefined || object.metadata.name === "") throw malformed(type);
  return object;
}

function isList(body: unknown): body is Record<string, unknown> {
  return isRecord(body) && typeof body.kind === "string" && body.kind.endsWith("List");
}

function tooLarge(kind: string): KubeError {
  return new KubeError(
    "TOO_LARGE",
    `LIST ${kind}: the list has more pages, items or bytes than one may have`,
  );
}

function malformed({ kind }: ObjectType): KubeError {
  return new KubeError("PROTOCOL", `LIST ${kind}: the API server answers with something that is no list`);
}
