import { systemErrorCode } from "../../fault.ts";
import { GitError } from "../error.ts";

/** Of undici, for what the proxy itself answers, or does. */
const PROXY_CODES: ReadonlySet<string> = new Set(["UND_ERR_ABORTED", "UND_ERR_PRX_TLS", "UND_ERR_PRX_CONN"]);

/**
 * Turns what `fetch` throws into a fault. `url` carries no credentials; the message of an error that is not the
 * system's may (a header that cannot be sent is quoted in it), so such an error is not passed on, not even as a cause.
 */
export function toConnectionError(error: unknown, url: string, throughProxy = false): GitError {
  if (error instanceof GitError) return error;
  const name = error instanceof Error ? error.name : "";
  if (name === "TimeoutError") {
    return new GitError("TIMEOUT", `${url} did not answer in time`, { cause: error });
  }
  if (name === "AbortError")
    return new GitError("CANCELLED", `fetching ${url} was cancelled`, { cause: error });
  const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = systemErrorCode(reason);
  if (throughProxy && causesOf(error).some((cause) => PROXY_CODES.has(systemErrorCode(cause) ?? ""))) {
    return new GitError("PROXY_REFUSED", `the proxy does not open a way to ${url}`, {
      remedy: "check the Secret that `proxy` names, and what the proxy lets through",
    });
  }
  const way = throughProxy ? "the connection through the proxy" : "the connection";
  return new GitError("CONNECTION", `${way} to ${url} failed: ${code ?? "unknown"}`, {
    ...(code !== undefined && { cause: error }),
    remedy: "check that the server is up, that its name resolves, and that its certificate is trusted",
  });
}

export function toStatusError(status: number, url: string): GitError {
  switch (status) {
    // 203 is what Azure DevOps answers with its sign-in page.
    case 203:
    case 401:
    case 403:
      return new GitError("AUTHENTICATION", `${url} wants other credentials (HTTP ${status})`, {
        remedy: "check the Secret that `auth` names: whether it has expired, and may read this repository",
      });
    case 404:
    case 410:
      return new GitError("REPOSITORY_NOT_FOUND", `there is no repository at ${url} (HTTP ${status})`, {
        remedy: "check the URL; some servers answer so where credentials are missing",
      });
    default:
      if (status >= 500 || status === 429)
        return new GitError("SERVER_ERROR", `${url} answers HTTP ${status}`);
      return new GitError("NOT_A_GIT_SERVER", `${url} answers HTTP ${status}`, { remedy: "check the URL" });
  }
}

const MAX_CAUSES = 5;

/** An error, what caused it, what caused that… */
function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let next = error; next instanceof Error && causes.length < MAX_CAUSES; next = next.cause)
    causes.push(next);
  return causes;
}
