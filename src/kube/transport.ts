import { Pool } from "undici";
import { systemErrorCode } from "../fault.ts";
import type { ClusterConnection } from "./connection.ts";
import { untilAborted } from "./deadline.ts";
import { KubeError } from "./error.ts";
import { CONNECT_TIMEOUT_MS, KEEP_ALIVE_MS, MAX_ERROR_BYTES } from "./limits.ts";

export interface TransportOptions {
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly connections: number;
}

/** A header with several values is sent as several. */
export type Headers = Record<string, string | string[]>;

export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the server's own path, with its query. Built from checked parts only. */
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: string;
  readonly headers?: Readonly<Headers>;
  readonly signal?: AbortSignal | undefined;
}

export interface Response {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  /** In chunks; throws {@link KubeError} where the connection is lost. The connection is let go when it is left. */
  readonly body: AsyncIterable<Buffer>;
}

/**
 * HTTP to one API server. Redirects are answers like others here, so that no credential follows one. Watches have
 * connections of their own, as each holds one for as long as it lasts.
 */
export class Transport {
  readonly #connection: ClusterConnection;
  readonly #options: TransportOptions;
  readonly #requests: Pool;
  readonly #watches: Pool;
  readonly #base: string;
  #sent = 0;

  constructor(connection: ClusterConnection, options: TransportOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#requests = openPool(connection, options.connections);
    this.#watches = openPool(connection, null);
    this.#base = connection.server.pathname.replace(/\/$/, "");
  }

  /** Requests that were sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /** One request, to the last byte of its answer within the timeout. */
  async send<T>(request: Request, read: (response: Response) => Promise<T>): Promise<T> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), this.#options.timeoutMs);
    const stop = (): void => limit.abort();
    request.signal?.addEventListener("abort", stop, { once: true });
    if (request.signal?.aborted) stop();
    try {
      return await read(await this.#dispatch(this.#requests, { ...request, signal: limit.signal }));
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", stop);
    }
  }

  /** A body that ends when the server ends it, or when nothing arrived for so long. */
  stream(request: Request, silenceMs: number): Promise<Response> {
    return this.#dispatch(this.#watches, request, silenceMs);
  }

  async close(): Promise<void> {
    await Promise.all([this.#requests.destroy(), this.#watches.destroy()]);
  }

  /** A token may have been replaced since it was read: it is read anew once before a 401 is believed. */
  async #dispatch(pool: Pool, request: Request, silenceMs?: number): Promise<Response> {
    const authorization = await this.#authorization(request);
    const response = await this.#once(pool, request, authorization, silenceMs);
    if (response.status !== 401 || authorization === undefined) return response;
    this.#connection.forgetAuthorization();
    const renewed = await this.#authorization(request);
    if (renewed === authorization) return response;
    await discard(response);
    return this.#once(pool, request, renewed, silenceMs);
  }

  /** Whoever gives the credential may keep us waiting too. */
  #authorization({ signal }: Request): Promise<string | undefined> {
    return untilAborted(this.#connection.authorization(), signal);
  }

  async #once(
    pool: Pool,
    request: Request,
    authorization: string | undefined,
    silenceMs = this.#options.timeoutMs,
  ): Promise<Response> {
    const { method, path, accept = "application/json", contentType, body, headers, signal } = request;
    this.#sent++;
    try {
      const answer = await pool.request({
        method,
        path: `${this.#base}${path}`,
        headers: {
          accept,
          "user-agent": this.#options.userAgent,
          ...(contentType !== undefined && { "content-type": contentType }),
          ...headers,
          ...(authorization !== undefined && { authorization }),
        },
        body: body ?? null,
        signal: signal ?? null,
        headersTimeout: this.#options.timeoutMs,
        bodyTimeout: silenceMs,
      });
      return {
        status: answer.statusCode,
        retryAfterMs: parseRetryAfter(answer.headers["retry-after"]),
        body: translated(answer.body, this.#connection.server, signal),
      };
    } catch (error) {
      throw toFault(error, this.#connection.server, signal);
    }
  }
}

/** Keeps the connection for the next request where the body is small, as an error's is. */
async function discard({ body }: Response): Promise<void> {
  await readUpTo(body, MAX_ERROR_BYTES);
}

/** The first `limit` bytes, and one more where there are more; the connection is then let go. */
export async function readUpTo(body: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk.subarray(0, limit + 1 - length));
    length += chunk.length;
    if (length > limit) break;
  }
  return Buffer.concat(chunks);
}

function openPool(connection: ClusterConnection, connections: number | null): Pool {
  return new Pool(connection.server.origin, {
    connections,
    // One stream of HTTP/2 that stalls would stall the watches and requests beside it.
    allowH2: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { ...connection.tls(), timeout: CONNECT_TIMEOUT_MS },
  });
}

async function* translated(
  body: AsyncIterable<Buffer>,
  server: URL,
  signal: AbortSignal | undefined,
): AsyncIterable<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw toFault(error, server, signal);
  }
}

const TIMEOUTS: ReadonlySet<string> = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ETIMEDOUT",
]);

/** Without a cause: those of the HTTP parser carry what was received. */
function toFault(error: unknown, { host }: URL, signal: AbortSignal | undefined): KubeError {
  if (error instanceof KubeError) return error;
  const code = systemErrorCode(error) ?? "unknown error";
  if (signal?.aborted || TIMEOUTS.has(code))
    return new KubeError("TIMEOUT", `${host} did not answer in time`);
  if (code === "UND_ERR_INVALID_ARG") return new KubeError("INVALID", "a header or path cannot be sent");
  if (code.startsWith("HPE_") || code === "UND_ERR_HEADERS_OVERFLOW") {
    return new KubeError("PROTOCOL", `${host} does not answer as HTTP wants it (${code})`);
  }
  return new KubeError("UNREACHABLE", `${host} cannot be reached, or hung up (${code})`, {
    remedy: "check the server's address, the network, and that its certificate is trusted",
  });
}

/** Only as seconds: an API server never sends a date. */
function parseRetryAfter(header: string | string[] | undefined): number | undefined {
  return typeof header === "string" && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined;
}
