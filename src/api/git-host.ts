import { ResourceError } from "./error.ts";
import type { Secret } from "./secret.ts";

/** On a Secret of a cluster: the one git server that its credentials are for, `host` or `host:port`. */
export const GIT_HOST_ANNOTATION = "sluice.dev/git-host";

/**
 * Throws INVALID_RESOURCE for a Secret that does not say itself that its credentials are for the server of this URL: whoever
 * may write a gate would else have any Secret of the namespace sent to a server of their own.
 */
export function checkGitHost({ metadata }: Secret, url: string): void {
  const host = hostOf(url);
  const { namespace, name, annotations = {} } = metadata;
  const allowed = Object.hasOwn(annotations, GIT_HOST_ANNOTATION)
    ? annotations[GIT_HOST_ANNOTATION]
    : undefined;
  if (allowed === host) return;
  throw new ResourceError(
    "INVALID_RESOURCE",
    `Secret ${namespace}/${name} does not say that its credentials are for ${host}`,
    { remedy: `if they are, annotate it: ${GIT_HOST_ANNOTATION}: ${host}` },
  );
}

/** As the URL has it, without the port that its scheme has anyway; the URL parser knows neither of ssh. */
function hostOf(url: string): string {
  const { protocol, host } = new URL(url);
  return protocol === "ssh:" ? host.toLowerCase().replace(/:22$/, "") : host;
}
