import { RegistryError } from "./error.ts";
import type { Answer } from "./exchange.ts";
import { FIRST_BACKOFF_MS, MAX_ATTEMPTS, MAX_BACKOFF_MS } from "./limits.ts";

export interface Pace {
  /** Milliseconds since the epoch; for a `Retry-After` that is a date. */
  now(): number;
  /** Rejects as soon as the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

type Outcome =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly fault: RegistryError; readonly retryAfter: number };

/**
 * Repeats a GET after a lost connection, a 429 or a 5xx, with a pause that doubles and is never shorter
 * than the registry's `Retry-After`. Gives up where it asks for more than MAX_BACKOFF_MS: to wait that
 * long is the caller's business.
 */
export async function withRetries(
  attempt: () => Promise<Answer>,
  pace: Pace,
  signal: AbortSignal,
): Promise<Answer> {
  for (let attempts = 1; ; attempts++) {
    const outcome = await tryOnce(attempt, pace.now());
    if (outcome.ok) return outcome.answer;
    const pause = Math.max(FIRST_BACKOFF_MS * 2 ** (attempts - 1), outcome.retryAfter);
    if (attempts === MAX_ATTEMPTS || pause > MAX_BACKOFF_MS) throw outcome.fault;
    await pace.sleep(pause, signal).catch((cause: unknown) => {
      throw new RegistryError("TIMEOUT", `no time is left to try again: ${outcome.fault.message}`, { cause });
    });
  }
}

async function tryOnce(attempt: () => Promise<Answer>, now: number): Promise<Outcome> {
  try {
    const answer = await attempt();
    const fault = transientFault(answer);
    if (fault === undefined) return { ok: true, answer };
    return { ok: false, fault, retryAfter: parseRetryAfter(answer.headers.get("retry-after"), now) };
  } catch (error) {
    if (!(error instanceof RegistryError && error.code === "UNREACHABLE")) throw error;
    return { ok: false, fault: error, retryAfter: 0 };
  }
}

function transientFault({ status, url }: Answer): RegistryError | undefined {
  if (status === 429) {
    return new RegistryError("RATE_LIMITED", `${url.host} takes no more requests for now`, {
      remedy: "try again later, log in for a higher limit, or use a mirror",
    });
  }
  // 501 is an answer: this registry will not learn it while we wait.
  return status >= 500 && status !== 501
    ? new RegistryError("UNREACHABLE", `${url.host} answers with status ${status}`)
    : undefined;
}

/** Seconds or a date (RFC 9110, 10.2.3), in milliseconds from now; 0 where it is absent or neither. */
function parseRetryAfter(text: string | null, now: number): number {
  if (text === null) return 0;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
