import { isLoopback } from "../loopback.ts";
import { RegistryError } from "./error.ts";

/** Docker Hub answers its API, and issues tokens, under names of their own. */
const DOCKER_HUB_API = "registry-1.docker.io";
const DOCKER_HUB_TOKENS = "auth.docker.io";

/** The base URL of a registry's API. Plain HTTP is for loopback alone, where nobody is in between. */
export function endpointOf(registry: string): URL {
  if (registry === "docker.io") return new URL(`https://${DOCKER_HUB_API}`);
  const url = new URL(`https://${registry}`);
  return isLoopback(url) ? new URL(`http://${registry}`) : url;
}

/** Hosts other than the registry's own that its credentials are for. */
export function tokenHostsOf(registry: string): readonly string[] {
  return registry === "docker.io" ? [DOCKER_HUB_TOKENS] : [];
}

/** Every other way of writing a host that ends up on this machine (RFC 6761, RFC 4291, and Linux's `0.0.0.0`). */
function leadsHere(url: URL): boolean {
  const { hostname } = url;
  const alias = /(^|\.)localhost\.?$/.test(hostname) || hostname === "[::]" || hostname.startsWith("0.");
  return isLoopback(url) || alias || /^\[::ffff:(7f|0:|[0-9a-f]{1,2}:)/.test(hostname);
}

/**
 * Refuses to be sent from a registry to where it may not send us: off TLS, or onto the services of the
 * machine that we run on.
 */
export function assertSafeHop(from: URL, to: URL): void {
  const secure = to.protocol === "https:" || (to.protocol === "http:" && isLoopback(from) && isLoopback(to));
  const intoOurselves = leadsHere(to) && !isLoopback(from);
  if (!secure || intoOurselves || to.username !== "" || to.password !== "") {
    throw new RegistryError("UNSAFE_REDIRECT", `${from.host} points to ${to.protocol}//${to.host}`, {
      remedy: "a registry may point to https:// hosts only, and not to loopback unless it is there itself",
    });
  }
}
