import { isLoopback } from "../../loopback.ts";
import { GitError } from "../error.ts";
import { isScpLike, isSshUrl, parseSshUrl } from "./ssh/ssh-url.ts";

export const SERVICE = "git-upload-pack";

/** What is asked first, after the repository's URL. */
export const DISCOVERY = `/info/refs?service=${SERVICE}`;

/** A repository's URL in one spelling, by which it is known here: nothing secret, no slash at the end. */
export function parseRemoteUrl(text: string): string {
  return isSshUrl(text) ? parseSshUrl(text).url : parseHttpUrl(text);
}

/** The URL as requests are made to it: http or https. */
export function parseHttpUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new GitError("BAD_URL", "the repository's URL is not an http://, https:// or ssh:// URL", {
      remedy: isScpLike(text) ? "write it as ssh://user@host/path" : "",
    });
  }
  if (url.username !== "" || url.password !== "") {
    throw new GitError("BAD_URL", "the repository's URL holds credentials", {
      remedy: "put them in a Secret: a URL ends up in logs",
    });
  }
  if (url.search !== "" || url.hash !== "") {
    throw new GitError("BAD_URL", "the repository's URL has a query or a fragment");
  }
  return url.href.replace(/\/+$/, "");
}

/** Throws INSECURE_URL where whoever is in between could read credentials, and use them. `name` says who they are for. */
export function requirePrivateWay(url: string, name = url): void {
  const parsed = new URL(url);
  if (parsed.protocol === "https:" || isLoopback(parsed)) return;
  throw new GitError("INSECURE_URL", `credentials are not sent to ${name}: it is not at an https:// URL`, {
    remedy: "use its https:// URL, or leave the credentials out",
  });
}

/** The repository that a redirect of discovery points to. Never from https to http. */
export function redirectedBase(base: string, location: string): string {
  const target = URL.parse(location, `${base}${DISCOVERY}`);
  const allowed = new URL(base).protocol === "https:" ? ["https:"] : ["http:", "https:"];
  const isRepository =
    target !== null &&
    allowed.includes(target.protocol) &&
    target.username === "" &&
    target.password === "" &&
    target.href.endsWith(DISCOVERY);
  if (isRepository) return target.href.slice(0, -DISCOVERY.length);
  throw new GitError("REDIRECT", `${base} redirects to a place that is not a git repository`, {
    remedy: "check the URL; a server may redirect to its login page where credentials are missing",
  });
}
