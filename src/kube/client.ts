import type { ClusterConnection } from "./connection.ts";
import { type ApiResource, Discovery } from "./discovery.ts";
import { KubeError } from "./error.ts";
import { impersonation, type User } from "./impersonation.ts";
import { CONNECTIONS, REQUEST_TIMEOUT_MS } from "./limits.ts";
import { type ListOptions, listAll, type Listed } from "./list.ts";
import { type KubeObject, nameOf, type ObjectRef, type ObjectType, toKubeObject } from "./object.ts";
import { objectPath, pathOf, type Query } from "./paths.ts";
import { type Answer, ask, type Call } from "./session.ts";
import { isAboutObject, toKubeError } from "./status.ts";
import { type Headers, Transport } from "./transport.ts";
import { openWatch, type WatchEvent, type WatchOptions } from "./watch.ts";

export interface KubeClientOptions {
  readonly userAgent?: string;
  /** For one request, to the last byte of its answer. */
  readonly timeoutMs?: number;
  /** At most so many requests at a time; watches do not count. */
  readonly connections?: number;
}

export interface GetOptions {
  readonly metadataOnly?: boolean;
  readonly signal?: AbortSignal;
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
}

const METADATA_ONLY = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

/** What the clients of one connection share. */
interface Shared {
  readonly transport: Transport;
  readonly discovery: Discovery;
}

/**
 * An API server's objects, of whatever kind. Every fault is a {@link KubeError}. What is sent is checked by the server
 * strictly: an unknown or doubled field is INVALID.
 */
export class KubeClient implements AsyncDisposable {
  readonly #shared: Shared;
  readonly #owner: boolean;
  readonly #headers: Readonly<Headers>;

  /** `asUser` is for {@link KubeClient.as}. */
  constructor(
    connection: ClusterConnection | Shared,
    {
      userAgent = "sluice",
      timeoutMs = REQUEST_TIMEOUT_MS,
      connections = CONNECTIONS,
    }: KubeClientOptions = {},
    asUser?: User,
  ) {
    this.#owner = !("transport" in connection);
    this.#shared =
      "transport" in connection ? connection : share(connection, { userAgent, timeoutMs, connections });
    this.#headers = asUser === undefined ? {} : impersonation(asUser);
  }

  /** Acts as another user, as far as RBAC lets us. Lives as long as this client does. */
  as(user: User): KubeClient {
    return new KubeClient(this.#shared, {}, user);
  }

  /** Undefined where there is no such object. */
  async get(
    ref: ObjectRef,
    { metadataOnly = false, signal }: GetOptions = {},
  ): Promise<KubeObject | undefined> {
    const resource = await this.#resource(ref);
    const call = {
      method: "GET",
      path: objectPath(resource, ref),
      ...(metadataOnly && { accept: METADATA_ONLY }),
      signal,
      asked: `GET ${nameOf(ref)}`,
      repeatable: true,
    } as const;
    const answer = await this.#ask(call);
    return this.#isAbsent(answer, call, ref) ? undefined : objectIn(answer, call, ref);
  }

  /** All of a type, in a namespace or everywhere, read in pages of one state of the cluster. */
  async list(type: ObjectType, options: ListOptions = {}): Promise<Listed> {
    const resource = await this.#resource(type);
    return listAll(resource, type, options, (call) => this.#existing(call));
  }

  async create(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const resource = await this.#resource(object);
    const { namespace } = object.metadata;
    if (resource.namespaced && namespace === undefined) objectPath(resource, refOf(object)); // throws
    return this.#write(object, {
      method: "POST",
      path: pathOf(resource, { namespace }, writeQuery(options)),
      contentType: "application/json",
      repeatable: false,
      ...sent(object, "POST"),
    });
  }

  /** Server-side apply. */
  async apply(object: KubeObject, { force, ...options }: ApplyOptions): Promise<KubeObject> {
    const path = await this.#pathOf(object, options, { force });
    const contentType = "application/apply-patch+yaml";
    return this.#write(object, {
      method: "PATCH",
      path,
      contentType,
      repeatable: true,
      ...sent(object, "APPLY"),
    });
  }

  async patch(ref: ObjectRef, { type, body }: Patch, options: WriteOptions = {}): Promise<KubeObject> {
    const resource = await this.#resource(ref);
    return this.#write(ref, {
      method: "PATCH",
      path: objectPath(resource, { ...ref, subresource: options.subresource }, writeQuery(options)),
      contentType: `application/${type === "json" ? "json-patch" : "merge-patch"}+json`,
      body: JSON.stringify(body),
      repeatable: false,
      asked: `PATCH ${nameOf(ref)}`,
      secret: isSecret(ref),
    });
  }

  /** Replaces; CONFLICT where the object's resourceVersion is no longer the current one. */
  async update(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const path = await this.#pathOf(object, options);
    const contentType = "application/json";
    return this.#write(object, {
      method: "PUT",
      path,
      contentType,
      repeatable: false,
      ...sent(object, "PUT"),
    });
  }

  /** CONFLICT where the object is another one than `uid` or `resourceVersion` says. */
  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<"deleted" | "absent"> {
    const { uid, resourceVersion, propagationPolicy, dryRun } = options;
    const resource = await this.#resource(ref);
    const call = {
      method: "DELETE",
      path: objectPath(resource, ref),
      contentType: "application/json",
      // JSON leaves out what is undefined.
      body: JSON.stringify({
        preconditions: { uid, resourceVersion },
        propagationPolicy,
        dryRun: dryRun ? ["All"] : undefined,
      }),
      repeatable: uid !== undefined,
      asked: `DELETE ${nameOf(ref)}`,
    } as const;
    return this.#isAbsent(await this.#ask(call), call, ref) ? "absent" : "deleted";
  }

  /** What the API server says from `resourceVersion` on, until it ends the watch. Throws GONE where that is too old. */
  async watch(type: ObjectType, options: WatchOptions): Promise<AsyncIterable<WatchEvent>> {
    const resource = await this.#resource(type);
    return openWatch(this.#shared.transport, { resource, type, headers: this.#headers, ...options });
  }

  /** Undefined for a kind that the API server does not have, also not now. */
  resourceOf(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    return this.#shared.discovery.find(apiVersion, kind);
  }

  forgetDiscovery(): void {
    this.#shared.discovery.forget();
  }

  /** Sent so far, by all clients of the connection. */
  get requests(): number {
    return this.#shared.transport.sent;
  }

  /** Ends the connections, and what still runs on them; of a client of {@link KubeClient.as}, nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#owner) await this.#shared.transport.close();
  }

  async #resource({ apiVersion, kind }: ObjectType): Promise<ApiResource> {
    const resource = await this.resourceOf(apiVersion, kind);
    if (resource !== undefined) return resource;
    throw new KubeError("NO_SUCH_KIND", `the API server has no ${kind} of ${apiVersion}`, {
      remedy: "install the CustomResourceDefinition, or use a version that the cluster serves",
    });
  }

  async #pathOf(object: KubeObject, options: WriteOptions, query: Query = {}): Promise<string> {
    const resource = await this.#resource(object);
    const parts = { ...refOf(object), subresource: options.subresource };
    return objectPath(resource, parts, { ...writeQuery(options), ...query });
  }

  #ask(call: Call): Promise<Answer> {
    return ask(this.#shared.transport, { ...call, headers: this.#headers });
  }

  /** For where a 404 is a fault. */
  async #existing(call: Call): Promise<Answer> {
    const answer = await this.#ask(call);
    if (answer.status === 404) throw toKubeError({ ...call, ...answer });
    return answer;
  }

  async #write(type: ObjectType, call: Call): Promise<KubeObject> {
    return objectIn(await this.#existing(call), call, type);
  }

  /** A 404 that is not about the object means that its type is gone, and with it what we knew of it. */
  #isAbsent(answer: Answer, { asked }: Call, { apiVersion, kind, name }: ObjectRef): boolean {
    if (answer.status !== 404) return false;
    if (isAboutObject(answer.body, name)) return true;
    this.forgetDiscovery();
    throw new KubeError("NO_SUCH_KIND", `${asked}: the API server no longer has ${kind} of ${apiVersion}`);
  }
}

function share(
  connection: ClusterConnection,
  options: { userAgent: string; timeoutMs: number; connections: number },
): Shared {
  const transport = new Transport(connection, options);
  return { transport, discovery: new Discovery(transport) };
}

function refOf({ apiVersion, kind, metadata }: KubeObject): ObjectRef {
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

function writeQuery({ dryRun = false, fieldManager }: WriteOptions): Query {
  return { fieldValidation: "Strict", fieldManager, dryRun: dryRun ? "All" : undefined };
}

function sent(object: KubeObject, verb: string): Pick<Call, "body" | "asked" | "secret"> {
  return {
    body: JSON.stringify(object),
    asked: `${verb} ${nameOf(refOf(object))}`,
    secret: isSecret(object),
  };
}

function isSecret({ apiVersion, kind }: ObjectType): boolean {
  return apiVersion === "v1" && kind === "Secret";
}

function objectIn({ body }: Answer, { asked }: Call, type: ObjectType): KubeObject {
  const object = toKubeObject(body, type);
  if (object !== undefined) return object;
  throw new KubeError("PROTOCOL", `${asked}: the API server answers with something that is no object`);
}
