import { z } from "zod";
import { metadataSchema } from "./common.ts";
import { ResourceError } from "./error.ts";

const MAX_VALUE = 65_536;

/** A Kubernetes Secret, of which only credentials are read. Its values are never printed. */
export const secretSchema = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("Secret"),
  metadata: metadataSchema,
  type: z.string().optional(),
  immutable: z.boolean().optional(),
  data: z.record(z.string(), z.base64().max(MAX_VALUE)).default({}),
  stringData: z.record(z.string(), z.string().max(MAX_VALUE)).default({}),
});

/** How to authenticate to a git server. */
export type Credentials =
  | { readonly username: string; readonly password: string }
  | { readonly bearerToken: string };

/** Visible ASCII, all that a header carries: what `fetch` will not send, it quotes in its error. */
const TOKEN = /^[\x21-\x7e]+$/;

/**
 * The credentials in a Secret (`username` and `password`, or `bearerToken`), or undefined. Throws
 * INVALID_RESOURCE for a token that cannot be sent, but for one line break at its end: editors leave it there.
 */
export function toCredentials(secret: z.output<typeof secretSchema>): Credentials | undefined {
  const bearerToken = secretValue(secret, "bearerToken");
  if (bearerToken !== undefined) return { bearerToken: checkToken(bearerToken, secret) };
  const username = secretValue(secret, "username");
  const password = secretValue(secret, "password");
  return username === undefined || password === undefined ? undefined : { username, password };
}

/** On a Secret of a cluster: the one git server that its credentials are for, `host` or `host:port`. */
export const GIT_HOST_ANNOTATION = "sluice.dev/git-host";

/**
 * Throws INVALID_RESOURCE for a Secret that does not say itself that its credentials are for the server of this URL: whoever
 * may write a gate would else have any Secret of the namespace sent to a server of their own.
 */
export function checkGitHost({ metadata }: Secret, url: string): void {
  const { host } = new URL(url);
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

/** One value of a Secret as text, or undefined. */
export function secretValue(secret: Secret, key: string): string | undefined {
  return secretBytes(secret, key)?.toString("utf8");
}

/** One value of a Secret, or undefined. */
export function secretBytes({ stringData, data }: Secret, key: string): Buffer | undefined {
  const plain = Object.hasOwn(stringData, key) ? stringData[key] : undefined;
  if (plain !== undefined) return Buffer.from(plain);
  const encoded = Object.hasOwn(data, key) ? data[key] : undefined;
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64");
}

function checkToken(value: string, { metadata: { namespace, name } }: Secret): string {
  const token = value.replace(/\r?\n$/, "");
  if (TOKEN.test(token)) return token;
  throw new ResourceError(
    "INVALID_RESOURCE",
    `the key bearerToken of Secret ${namespace}/${name} is empty, or has characters that no HTTP header carries`,
    { remedy: "store the token alone: no spaces, no line breaks, ASCII" },
  );
}

export type Secret = z.output<typeof secretSchema>;
