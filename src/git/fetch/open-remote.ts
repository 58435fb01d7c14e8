import type { GitLimits } from "../limits.ts";
import { Remote } from "./remote.ts";
import { type GitAuth, SmartHttp } from "./smart-http.ts";

export interface RemoteOptions {
  /** Without credentials. */
  readonly url: string;
  readonly auth?: GitAuth | undefined;
  readonly limits: GitLimits;
  /** Ends everything that is under way. */
  readonly signal: AbortSignal;
}

/** A session with the repository at a URL, over the transport that its scheme names. Close it. */
export function openRemote({ auth, ...options }: RemoteOptions): Remote {
  const transport = new SmartHttp({ ...options, ...(auth !== undefined && { auth }) });
  return new Remote(transport, options.limits);
}
