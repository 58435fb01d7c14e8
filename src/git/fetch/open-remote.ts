import { GitError } from "../error.ts";
import type { GitLimits } from "../limits.ts";
import { type GitAuth, isSshAuth } from "./auth.ts";
import { InstallationTokens } from "./github-app.ts";
import { Remote } from "./remote.ts";
import { SmartHttp } from "./smart-http.ts";
import { isSshUrl } from "./ssh/ssh-url.ts";
import { SshTransport } from "./ssh/ssh-transport.ts";
import type { Transport } from "./transport.ts";

export interface RemoteOptions {
  /** http, https or ssh, without credentials. */
  readonly url: string;
  readonly auth?: GitAuth | undefined;
  readonly limits: GitLimits;
  /** Ends everything that is under way. */
  readonly signal: AbortSignal;
}

/** Of all gates of this process; each is found by the app's own key alone. */
const tokens = new InstallationTokens({ now: () => Date.now() });

/** A session with the repository at a URL, over the transport that its scheme names. Close it. */
export function openRemote(options: RemoteOptions): Remote {
  return new Remote(openTransport(options), options.limits);
}

function openTransport({ url, auth, limits, signal }: RemoteOptions): Transport {
  if (isSshUrl(url)) {
    if (auth !== undefined && isSshAuth(auth)) return new SshTransport({ url, auth, limits, signal });
    throw wrongKind(
      "an ssh:// URL needs a private key and the server's keys",
      "`identity` and `known_hosts`",
    );
  }
  if (auth === undefined) return new SmartHttp({ url, tokens, limits, signal });
  if (!isSshAuth(auth)) return new SmartHttp({ url, auth, tokens, limits, signal });
  throw wrongKind(
    "a private key for ssh is of no use to this URL",
    "what the server takes, or use its ssh:// URL",
  );
}

function wrongKind(found: string, expected: string): GitError {
  return new GitError("BAD_CREDENTIALS", found, { remedy: `have the Secret hold ${expected}` });
}
