import {
  type ApplyOptions,
  applyCall,
  createCall,
  type DeleteOptions,
  deleteCall,
  type GetOptions,
  getCall,
  type Patch,
  patchCall,
  updateCall,
  type WriteOptions,
} from "./calls.ts";
import type { ClusterConnection } from "./connection.ts";
import { anyOf, untilAborted } from "./deadline.ts";
import { type ApiResource, Discovery } from "./discovery.ts";
import { KubeError } from "./error.ts";
import { impersonation, type User } from "./impersonation.ts";
import { CONNECTIONS, REQUEST_TIMEOUT_MS } from "./limits.ts";
import { type Listed, type ListOptions, listAll } from "./list.ts";
import { toKubeObject } from "./meta.ts";
import type { KubeObject, ObjectRef, ObjectType } from "./object.ts";
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

/** What one client's requests have in common, beside the connection. */
interface Scope {
  readonly headers: Readonly<Headers>;
  readonly signal?: AbortSignal | undefined;
}

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
  readonly #scope: Scope;

  /** With what other clients share only by {@link KubeClient.as} and {@link KubeClient.withSignal}. */
  constructor(
    connection: ClusterConnection | Shared,
    {
      userAgent = "sluice",
      timeoutMs = REQUEST_TIMEOUT_MS,
      connections = CONNECTIONS,
    }: KubeClientOptions = {},
    scope: Scope = { headers: {} },
  ) {
    this.#owner = !("transport" in connection);
    this.#shared =
      "transport" in connection ? connection : share(connection, { userAgent, timeoutMs, connections });
    this.#scope = scope;
  }

  /** Acts as another user, as far as RBAC lets us. Lives as long as this client does. */
  as(user: User): KubeClient {
    return new KubeClient(this.#shared, {}, { ...this.#scope, headers: impersonation(user) });
  }

  /**
   * The same client, whose every request ends with TIMEOUT when the signal aborts, whatever it waits for: an answer,
   * its next try, or what kinds there are. What was sent by then may have been done.
   */
  withSignal(signal: AbortSignal): KubeClient {
    return new KubeClient(this.#shared, {}, { ...this.#scope, signal: anyOf(this.#scope.signal, signal) });
  }

  /** Undefined where there is no such object. */
  async get(ref: ObjectRef, options: GetOptions = {}): Promise<KubeObject | undefined> {
    const call = getCall(await this.#resource(ref, options.signal), ref, options);
    const answer = await this.#ask(call, ref);
    return answer.status === 404 ? undefined : objectIn(answer, call, ref);
  }

  /** All of a type, in a namespace or everywhere, read in pages of one state of the cluster. */
  async list(type: ObjectType, options: ListOptions = {}): Promise<Listed> {
    const resource = await this.#resource(type, options.signal);
    return listAll(resource, type, options, (call) => this.#existing(call, type));
  }

  async create(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    return this.#write(object, createCall(await this.#resource(object), object, options));
  }

  /** Server-side apply; CONFLICT where another manager owns a field and `force` is not given. */
  async apply(object: KubeObject, options: ApplyOptions): Promise<KubeObject> {
    return this.#write(object, applyCall(await this.#resource(object), object, options));
  }

  async patch(ref: ObjectRef, patch: Patch, options: WriteOptions = {}): Promise<KubeObject> {
    return this.#write(ref, patchCall(await this.#resource(ref), ref, patch, options));
  }

  /** Replaces; CONFLICT where the object's resourceVersion is no longer the current one. */
  async update(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    return this.#write(object, updateCall(await this.#resource(object), object, options));
  }

  /** CONFLICT where the object is another one than `uid` or `resourceVersion` says. */
  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<"deleted" | "absent"> {
    const call = deleteCall(await this.#resource(ref), ref, options);
    const { status } = await this.#ask(call, ref);
    return status === 404 ? "absent" : "deleted";
  }

  /** What the API server says from `resourceVersion` on, until it ends the watch. Throws GONE where that is too old. */
  async watch(type: ObjectType, options: WatchOptions): Promise<AsyncIterable<WatchEvent>> {
    const resource = await this.#resource(type, options.signal);
    const scope = { headers: this.#scope.headers, signal: anyOf(this.#scope.signal, options.signal) };
    return openWatch(this.#shared.transport, { ...options, ...scope, resource, type });
  }

  /** Undefined for a kind that the API server does not have, also not now. */
  resourceOf(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    return untilAborted(this.#shared.discovery.find(apiVersion, kind), this.#scope.signal);
  }

  forgetDiscovery(): void {
    this.#shared.discovery.forget();
  }

  /** Sent so far, by all clients of the connection. */
  get requests(): number {
    return this.#shared.transport.sent;
  }

  /** Ends the connections, and what still runs on them; of a client that shares another's, nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#owner) await this.#shared.transport.close();
  }

  async #resource({ apiVersion, kind }: ObjectType, signal?: AbortSignal): Promise<ApiResource> {
    const resource = await untilAborted(this.resourceOf(apiVersion, kind), signal);
    if (resource !== undefined) return resource;
    throw new KubeError("NO_SUCH_KIND", `the API server has no ${kind} of ${apiVersion}`, {
      remedy: "install the CustomResourceDefinition, or use a version that the cluster serves",
    });
  }

  /** A 404 that is about no object means that the type is gone, and with it what we knew of it. */
  async #ask(call: Call, { apiVersion, kind }: ObjectType): Promise<Answer> {
    const scope = { headers: this.#scope.headers, signal: anyOf(this.#scope.signal, call.signal) };
    const answer = await ask(this.#shared.transport, { ...call, ...scope });
    if (answer.status !== 404 || isAboutObject(answer.body)) return answer;
    this.forgetDiscovery();
    throw new KubeError(
      "NO_SUCH_KIND",
      `${call.asked}: the API server no longer has ${kind} of ${apiVersion}`,
    );
  }

  /** For where a 404 is a fault. */
  async #existing(call: Call, type: ObjectType): Promise<Answer> {
    const answer = await this.#ask(call, type);
    if (answer.status === 404) throw toKubeError({ ...call, ...answer });
    return answer;
  }

  async #write(type: ObjectType, call: Call): Promise<KubeObject> {
    return objectIn(await this.#existing(call, type), call, type);
  }
}

function share(
  connection: ClusterConnection,
  options: { userAgent: string; timeoutMs: number; connections: number },
): Shared {
  const transport = new Transport(connection, options);
  return { transport, discovery: new Discovery(transport) };
}

function objectIn({ body }: Answer, { asked }: Call, type: ObjectType): KubeObject {
  const object = toKubeObject(body, type);
  if (object !== undefined) return object;
  throw new KubeError("PROTOCOL", `${asked}: the API server answers with something that is no object`);
}
