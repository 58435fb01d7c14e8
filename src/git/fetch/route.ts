import { type GitAuth, type HttpAuth, isSshAuth, type SshAuth } from "./auth.ts";
import { parsePins } from "./ssh/known-hosts.ts";
import { parseSshUrl } from "./ssh/ssh-url.ts";

/**
 * A repository together with the route by which its server is known to be the genuine one: what somebody's own proxy,
 * authority or pinned key answers under a URL is nothing that this URL's server said. Two names are the same only where
 * the same server would be believed.
 *
 * Logins, client certificates and private keys are no part of it: the genuine server itself judges them, before it lists
 * anything, and they change often. The same holds for the password of a proxy. The URL alone is the name where the route is
 * the one that everybody has.
 */
export function nameSource(url: string, auth: GitAuth | undefined): string {
  const route = auth && (isSshAuth(auth) ? pinsOf(url, auth) : wayOf(auth));
  return route === undefined ? url : JSON.stringify([url, route]);
}

/** What known_hosts says of this host alone, in whatever order, hashed or not. */
function pinsOf(url: string, { knownHosts }: SshAuth): object {
  const { keys, revoked } = parsePins(knownHosts, parseSshUrl(url));
  return { pinned: toSet(keys.map(({ blob }) => blob)), revoked: toSet(revoked) };
}

function toSet(blobs: readonly Buffer[]): string[] {
  return [...new Set(blobs.map((blob) => blob.toString("base64")))].sort();
}

function wayOf({ tls, proxy }: HttpAuth): object | undefined {
  const authorities = tls?.authorities;
  if (authorities === undefined && proxy === undefined) return undefined;
  return { authorities, proxy: proxy && { address: proxy.address, username: proxy.login?.username } };
}
