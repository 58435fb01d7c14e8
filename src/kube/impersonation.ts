import { KubeError } from "./error.ts";
import type { Headers } from "./transport.ts";

export interface User {
  readonly name: string;
  /** Keys are lower case; what a header cannot hold is percent-encoded. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

const PRINTABLE = /^[\x21-\x7e]+$/;

/**
 * The headers that make the API server act as another user. Throws INVALID rather than send an empty name, with
 * which a request would be ours.
 */
export function impersonation({ name, extra = {} }: User): Headers {
  const headers: Headers = { "impersonate-user": printable(name) };
  for (const [key, values] of Object.entries(extra)) {
    headers[`impersonate-extra-${encodeURIComponent(key)}`] = values.map(printable);
  }
  return headers;
}

function printable(text: string): string {
  if (PRINTABLE.test(text)) return text;
  throw new KubeError("INVALID", "a user to act as is empty, or holds what a header cannot");
}
