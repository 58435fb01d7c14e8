import { setTimeout as sleep } from "node:timers/promises";
import { untilAborted } from "./deadline.ts";
import { KubeError } from "./error.ts";
import { MAX_ANSWER_BYTES, MAX_ERROR_BYTES, MAX_RETRY_AFTER_MS, MAX_TRIES } from "./limits.ts";
import { toKubeError } from "./status.ts";
import { type Request, type Response, readUpTo, type Transport } from "./transport.ts";

export interface Call extends Request {
  /** For messages: `PATCH Deployment payments/api`. */
  readonly asked: string;
  /** Whether a Secret is sent. */
  readonly secret?: boolean;
  /** Whether sending it twice is the same as sending it once. */
  readonly repeatable: boolean;
}

export interface Answer {
  readonly status: number;
  /** Parsed JSON; undefined for what is not. */
  readonly body: unknown;
  /** As it was sent. */
  readonly bytes: number;
}

/**
 * Sends a call, and again where it is repeatable and the API server asks to come back later (429 or 503 with
 * Retry-After) or a kept connection turns out to be gone. An answer is 2xx or 404; all else is thrown, TIMEOUT where the signal aborts.
 */
export async function ask(transport: Transport, call: Call): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await askOnce(transport, call);
    } catch (error) {
      const pause = call.repeatable && tries < MAX_TRIES ? pauseAfter(error, tries) : undefined;
      if (pause === undefined) throw error;
      await untilAborted(sleep(pause), call.signal);
    }
  }
}

/** How long to wait before the same call is sent again; undefined where it is not. */
function pauseAfter(error: unknown, tries: number): number | undefined {
  if (!(error instanceof KubeError)) return undefined;
  if (error.code === "UNREACHABLE") return tries === 1 ? 0 : undefined;
  const { status, retryAfterMs } = error;
  if (retryAfterMs === undefined || retryAfterMs > MAX_RETRY_AFTER_MS) return undefined;
  return status === 429 || status === 503 ? retryAfterMs : undefined;
}

async function askOnce(transport: Transport, call: Call): Promise<Answer> {
  const { status, retryAfterMs, read } = await transport.send(call, async (response) => ({
    status: response.status,
    retryAfterMs: response.retryAfterMs,
    read: await readBytes(response, call),
  }));
  const body = parseJson(read.toString("utf8"));
  const answer = { status, body, bytes: read.length };
  if (status === 404) return answer;
  if (status < 200 || status > 299) throw toKubeError({ ...call, status, body, retryAfterMs });
  if (body === undefined)
    throw new KubeError("PROTOCOL", `${call.asked}: the answer is not JSON`, { status });
  return answer;
}

async function readBytes({ status, body }: Response, { asked }: Call): Promise<Buffer> {
  const isError = status > 299;
  const limit = isError ? MAX_ERROR_BYTES : MAX_ANSWER_BYTES;
  const bytes = await readUpTo(body, limit);
  if (bytes.length <= limit || isError) return bytes;
  throw new KubeError("TOO_LARGE", `${asked}: the answer is larger than ${limit} bytes`, { status });
}

/** The parser's own error would quote what it read. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
