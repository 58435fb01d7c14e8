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

export type Secret = z.output<typeof secretSchema>;
