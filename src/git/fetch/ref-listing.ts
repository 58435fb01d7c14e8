import { GitError } from "../error.ts";
import { FLUSH_PKT } from "./pkt-line.ts";

const MAX_SHOWN = 200;

/**
 * Looks at a listing before it is parsed: the parser takes a server's error for a ref, and a listing that
 * was cut off for a shorter one. A repository without the branch that was asked for must be just that.
 */
export function requireWholeListing(listing: Buffer): void {
  const error = /^[0-9a-f]{4}ERR (.*)/.exec(listing.toString("utf8", 0, MAX_SHOWN))?.[1];
  if (error !== undefined) {
    throw new GitError("SERVER_ERROR", `the git server gave up: ${JSON.stringify(error)}`);
  }
  if (listing.toString("latin1", Math.max(0, listing.length - FLUSH_PKT.length)) !== FLUSH_PKT) {
    throw new GitError("BAD_RESPONSE", "the server's listing of refs is cut off, or is none", {
      remedy: "try again; then check the URL with `git ls-remote`",
    });
  }
  // A capability; after a slash it would be part of a ref's name.
  if (/(?<!\/)object-format=sha256/.test(listing.toString("latin1"))) {
    throw new GitError("UNSUPPORTED_REPOSITORY", "the repository names its objects by SHA-256", {
      remedy: "use a repository with the object format sha1, git's default",
    });
  }
}
