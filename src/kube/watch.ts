import { anyOf } from "./deadline.ts";
import type { ApiResource } from "./discovery.ts";
import { KubeError } from "./error.ts";
import { MAX_ERROR_BYTES, MAX_WATCH_LINE_BYTES } from "./limits.ts";
import { splitLines } from "./lines.ts";
import { toKubeObject } from "./meta.ts";
import { isRecord, type KubeObject, type ObjectType } from "./object.ts";
import { pathOf } from "./paths.ts";
import { parseJson } from "./session.ts";
import { toKubeError } from "./status.ts";
import { type Headers, type Response, readUpTo, type Transport } from "./transport.ts";

export interface WatchOptions {
  readonly resourceVersion: string;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly metadataOnly?: boolean | undefined;
  /** After which the API server ends the watch by itself; one that goes on for `silenceMs` more throws TIMEOUT. */
  readonly timeoutSeconds: number;
  /** A watch on which nothing arrives for so long, not even a bookmark, throws TIMEOUT. */
  readonly silenceMs: number;
  readonly signal: AbortSignal;
}

/** A bookmark's object has a resourceVersion alone. */
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: KubeObject;
  /** As it was sent. */
  readonly bytes: number;
}

interface Watch extends Omit<WatchOptions, "signal"> {
  readonly signal: AbortSignal | undefined;
  readonly resource: ApiResource;
  readonly type: ObjectType;
  readonly headers: Readonly<Headers>;
}

const METADATA_ONLY = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const TYPES = ["ADDED", "MODIFIED", "DELETED", "BOOKMARK"] as const;

export async function openWatch(transport: Transport, watch: Watch): Promise<AsyncIterable<WatchEvent>> {
  const { resource, namespace, labelSelector, resourceVersion, timeoutSeconds, type } = watch;
  const query = { watch: true, allowWatchBookmarks: true, resourceVersion, timeoutSeconds, labelSelector };
  const { headers, silenceMs } = watch;
  // One that the API server does not end, or refuses with an answer that never ends, is let go.
  const signal = anyOf(watch.signal, AbortSignal.timeout(timeoutSeconds * 1_000 + silenceMs));
  const path = pathOf(resource, { namespace }, query);
  const accept = watch.metadataOnly ? { accept: METADATA_ONLY } : {};
  const response = await transport.stream({ method: "GET", path, headers, signal, ...accept }, silenceMs);
  if (response.status !== 200) throw await refusedWatch(response, type);
  return readEvents(response, type);
}

async function refusedWatch(
  { status, body, retryAfterMs }: Response,
  { kind }: ObjectType,
): Promise<KubeError> {
  const text = (await readUpTo(body, MAX_ERROR_BYTES)).toString("utf8");
  return toKubeError({ status, body: parseJson(text), retryAfterMs, asked: `WATCH ${kind}` });
}

async function* readEvents({ body }: Response, type: ObjectType): AsyncGenerator<WatchEvent> {
  for await (const line of splitLines(body, MAX_WATCH_LINE_BYTES)) {
    yield { ...readEvent(parseJson(line), type), bytes: Buffer.byteLength(line) };
  }
}

function readEvent(event: unknown, type: ObjectType): Omit<WatchEvent, "bytes"> {
  const asked = `WATCH ${type.kind}`;
  if (isRecord(event) && event.type === "ERROR") throw errorOf(event.object, asked);
  const known = isRecord(event) ? TYPES.find((each) => each === event.type) : undefined;
  const object = isRecord(event) ? toKubeObject(event.object, type) : undefined;
  const isNamed = known === "BOOKMARK" || object?.metadata.name !== "";
  if (known === undefined || object === undefined || !isNamed) {
    throw new KubeError("PROTOCOL", `${asked}: the API server sends something that is no event`);
  }
  return { type: known, object };
}

/** A watch that began well reports its end as a `Status` in an event. */
function errorOf(body: unknown, asked: string): KubeError {
  const status = isRecord(body) && typeof body.code === "number" ? body.code : 500;
  return toKubeError({ status, body, asked });
}
