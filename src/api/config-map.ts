import { z } from "zod";
import { metadataSchema } from "./common.ts";

/** A Kubernetes ConfigMap, of which only public keys are read. */
export const configMapSchema = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("ConfigMap"),
  metadata: metadataSchema,
  immutable: z.boolean().optional(),
  data: z.record(z.string(), z.string()).default({}),
  binaryData: z.record(z.string(), z.base64()).default({}),
});

export type ConfigMap = z.output<typeof configMapSchema>;
