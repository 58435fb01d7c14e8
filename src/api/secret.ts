import { z } from "zod";
import { metadataSchema } from "./common.ts";

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

/** The credentials in a Secret (`username` and `password`, or `bearerToken`), or undefined. */
export function toCredentials(secret: z.output<typeof secretSchema>): Credentials | undefined {
  const value = (key: string): string | undefined =>
    secret.stringData[key] ??
    (secret.data[key] === undefined ? undefined : Buffer.from(secret.data[key], "base64").toString("utf8"));
  const bearerToken = value("bearerToken");
  if (bearerToken !== undefined) return { bearerToken };
  const username = value("username");
  const password = value("password");
  return username === undefined || password === undefined ? undefined : { username, password };
}

export type Secret = z.output<typeof secretSchema>;
