import { systemErrorCode } from "../fault.ts";
import { assertSafeHop } from "./endpoint.ts";
import { RegistryError } from "./error.ts";
import { MAX_ERROR_BYTES, MAX_REDIRECTS } from "./limits.ts";

export type Fetch = typeof globalThis.fetch;

export interface Request {
  readonly url: URL;
  readonly accept: string;
  /** Sent to the origin of `url` and to no other. */
  readonly authorization?: string | undefined;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface Answer {
  /** After redirects. */
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * One GET, with a bounded body and redirects followed by hand: `fetch` itself would follow them off TLS
 * and has its own idea of which headers to keep. Once a redirect has left the first origin, the
 * `Authorization` header is gone for good, even if a later one leads back.
 */
export async function exchange(fetch: Fetch, request: Request): Promise<Answer> {
  let { url, authorization } = request;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await send(fetch, url, { ...request, authorization });
    const location = response.headers.get("location");
    if (!REDIRECTS.has(response.status) || location === null) return await toAnswer(response, url, request);
    await discard(response);
    const next = resolveLocation(location, url);
    assertSafeHop(url, next);
    if (next.origin !== url.origin) authorization = undefined;
    url = next;
  }
  throw new RegistryError(
    "TOO_MANY_REDIRECTS",
    `${request.url.host} redirects more than ${MAX_REDIRECTS} times`,
  );
}

/** For where nothing but 200 will do. */
export function expectOk(answer: Answer): Answer {
  if (answer.status === 200) return answer;
  const { url, status } = answer;
  throw new RegistryError("UNEXPECTED_STATUS", `${url.host}${url.pathname} answers with status ${status}`);
}

async function send(fetch: Fetch, url: URL, request: Request): Promise<Response> {
  const { accept, authorization, signal } = request;
  try {
    return await fetch(url, {
      // A compressed answer would let a small body grow to any size while it is read.
      headers: {
        accept,
        "accept-encoding": "identity",
        ...(authorization !== undefined && { authorization }),
      },
      redirect: "manual",
      signal,
    });
  } catch (cause) {
    throw toFault(url, cause, signal);
  }
}

async function toAnswer(response: Response, url: URL, { maxBytes, signal }: Request): Promise<Answer> {
  const { status, headers } = response;
  // Of an error page only the start is of use; what follows is not read.
  if (!response.ok)
    return { url, status, headers, body: await readUpTo(response, MAX_ERROR_BYTES, signal, url) };
  const announced = Number(headers.get("content-length") ?? 0);
  if (announced > maxBytes) {
    await discard(response);
    throw tooLarge(url, maxBytes);
  }
  const body = await readUpTo(response, maxBytes + 1, signal, url);
  if (body.length > maxBytes) throw tooLarge(url, maxBytes);
  return { url, status, headers, body };
}

/** The first `limit` bytes of a body; the connection is let go where there are more. */
async function readUpTo(
  response: Response,
  limit: number,
  signal: AbortSignal,
  url: URL,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    // `for await` cancels the stream when it is left early.
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk.subarray(0, limit - length));
      length += chunk.length;
      if (length >= limit) break;
    }
  } catch (cause) {
    throw toFault(url, cause, signal);
  }
  return Buffer.concat(chunks);
}

async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}

function resolveLocation(location: string, base: URL): URL {
  if (URL.canParse(location, base)) return new URL(location, base);
  throw new RegistryError("MALFORMED_RESPONSE", `${base.host} redirects to something that is not a URL`);
}

function tooLarge(url: URL, maxBytes: number): RegistryError {
  return new RegistryError("TOO_LARGE", `${url.host}${url.pathname} is larger than ${maxBytes} bytes`);
}

function toFault(url: URL, cause: unknown, signal: AbortSignal): RegistryError {
  if (signal.aborted) return new RegistryError("TIMEOUT", `${url.host} did not answer in time`, { cause });
  const reason =
    cause instanceof Error ? (systemErrorCode(cause.cause) ?? "connection failed") : "connection failed";
  return new RegistryError("UNREACHABLE", `${url.host} cannot be reached (${reason})`, {
    remedy: "check the host, the network, and that the registry's certificate is trusted",
    cause,
  });
}
