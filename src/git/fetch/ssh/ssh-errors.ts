import { systemErrorCode } from "../../../fault.ts";
import { GitError } from "../../error.ts";
import type { SshAddress } from "./ssh-url.ts";

/**
 * Turns what the library reports into a fault. Its messages may repeat what the server sent, and are not passed on;
 * the level says at which step it was.
 */
export function toSshError(error: Error & { level?: string }, { url, user }: SshAddress): GitError {
  switch (error.level) {
    case "client-authentication":
      return new GitError("AUTHENTICATION", `${url} does not take the key for ${user}`, {
        remedy: "check that the server knows the public key of `identity`, and lets it read this repository",
      });
    case "agent":
      return noCommonAlgorithm(url);
    case "handshake":
      // The one message that is the library's own, and says what is to be done.
      if (error.message.startsWith("Handshake failed: no matching")) return noCommonAlgorithm(url);
      return new GitError("BAD_RESPONSE", `the key exchange with ${url} failed`, {
        remedy: "try again; then `ssh -v` shows what the server does",
      });
    case "protocol":
      return new GitError("BAD_RESPONSE", `${url} does not speak SSH as it should`, {
        remedy: "check the host and the port",
      });
    default:
      return toConnectionError(error, url);
  }
}

function toConnectionError(error: Error, url: string): GitError {
  const code = systemErrorCode(error);
  if (code === undefined) {
    return new GitError("BAD_RESPONSE", `${url} does not speak SSH as it should`, {
      remedy: "check the host and the port",
    });
  }
  return new GitError("CONNECTION", `the connection to ${url} failed: ${code}`, {
    remedy: "check that the server is up, and that its name resolves",
  });
}

export function hungUp(url: string): GitError {
  return new GitError("CONNECTION", `${url} hung up`, {
    remedy: "try again; the server's log says why",
  });
}

export function runsNothing(url: string): GitError {
  return new GitError("NOT_A_GIT_SERVER", `${url} does not let a command run`, {
    remedy: "check the URL, and what the server lets this key do",
  });
}

function noCommonAlgorithm(url: string): GitError {
  return new GitError(
    "NO_COMMON_ALGORITHM",
    `${url} offers nothing that is strong enough, or no key of a pinned type`,
    {
      remedy:
        "known_hosts must have the type of key that the server offers; key exchange, ciphers and signatures over SHA-1 are not used",
    },
  );
}
