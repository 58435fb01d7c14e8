import { GitError } from "../../error.ts";

export const SSH_PORT = 22;

/** Where a repository is, as an ssh:// URL says it. */
export interface SshAddress {
  /** In one spelling: lower-case host, no default port, no slash at the end. */
  readonly url: string;
  readonly user: string;
  /** A name, an IPv4 address, or an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  /** As `git-upload-pack` is to be told it. */
  readonly path: string;
}

export function isSshUrl(text: string): boolean {
  return /^ssh:/i.test(text);
}

/** What `git clone` takes beside URLs. */
const SCP_LIKE = /^(?:[^/:@]+@)?(?:[^/:@]+|\[[^\]]+\]):(?!\/\/)/;

/** Whether this is the short form `user@host:path`: refused, as its path means something else than that of a URL. */
export function isScpLike(text: string): boolean {
  return SCP_LIKE.test(text);
}

/** Parses `ssh://user@host[:port]/path`, where the path may begin with `~`. Throws BAD_URL. */
export function parseSshUrl(text: string): SshAddress {
  const url = URL.parse(text);
  if (url === null || url.protocol !== "ssh:") throw badUrl("is not an ssh:// URL");
  if (url.password !== "") throw badUrl("holds a password", "put a key in a Secret: a URL ends up in logs");
  if (url.search !== "" || url.hash !== "") throw badUrl("has a query or a fragment");
  const host = url.hostname.toLowerCase();
  if (!isHost(host)) throw badUrl("has no host that is a plain name or address");
  // A name that begins with a hyphen, or has a colon in it, would be something else to a server's shell or PAM.
  if (!/^[A-Za-z0-9_][-A-Za-z0-9._]{0,63}$/.test(url.username)) {
    throw badUrl("names no user, or an odd one", "write it as ssh://git@host/path");
  }
  const port = url.port === "" ? SSH_PORT : Number(url.port);
  const pathname = url.pathname.replace(/\/+$/, "");
  const shownPort = port === SSH_PORT ? "" : `:${port}`;
  return {
    url: `ssh://${url.username}@${host}${shownPort}${pathname}`,
    user: url.username,
    host: host.replace(/^\[|\]$/g, ""),
    port,
    path: toPath(pathname),
  };
}

/** The URL parser leaves the host of schemes that it does not know as it is. */
function isHost(host: string): boolean {
  return /^\[[0-9a-f:.]+\]$/.test(host) || /^(?!.*\.\.)[a-z0-9_](?:[-a-z0-9_.]{0,251}[a-z0-9_])?$/.test(host);
}

function toPath(pathname: string): string {
  const path = decode(pathname);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (path === "" || /[\x00-\x1f\x7f]/.test(path)) throw badUrl("names no repository, or an odd one");
  return path.startsWith("/~") ? path.slice(1) : path;
}

function decode(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    throw badUrl("has a path that is not UTF-8");
  }
}

function badUrl(found: string, remedy = ""): GitError {
  return new GitError("BAD_URL", `the repository's URL ${found}`, { remedy });
}
