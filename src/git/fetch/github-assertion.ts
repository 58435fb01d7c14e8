import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import { GitError } from "../error.ts";
import type { GitHubApp } from "./auth.ts";

const MIN_RSA_BITS = 2048;
/** GitHub takes ten minutes at most, counted by a clock of its own. */
const LIFE_SECONDS = { before: 60, after: 8 * 60 } as const;

/** A JWT that the app signs (RFC 7519, RS256). */
export function toAssertion({ id, privateKey }: GitHubApp, now: number): string {
  if (!/^[\w.-]{1,64}$/.test(id)) throw unusableApp("the app's id is neither a number nor a client id");
  const seconds = Math.floor(now / 1_000);
  const { before, after } = LIFE_SECONDS;
  const parts = [
    { alg: "RS256", typ: "JWT" },
    { iat: seconds - before, exp: seconds + after, iss: id },
  ];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), parseKey(privateKey)).toString("base64url")}`;
}

function parseKey(pem: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem);
  } catch {
    // told below, with no word of it
  }
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key?.asymmetricKeyType === "rsa" && bits >= MIN_RSA_BITS) return key;
  throw unusableApp(`the app's key is not an RSA key in PEM, of ${MIN_RSA_BITS} bits or more`);
}

export function unusableApp(found: string): GitError {
  return new GitError("BAD_CREDENTIALS", found, {
    remedy: "check the Secret with the GitHub App's credentials",
  });
}
