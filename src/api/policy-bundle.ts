import { z } from "zod";
import { API_VERSION, metadataSchema } from "./common.ts";

/** One set of Rego files, compiled to one WebAssembly module. */
export const policyBundleSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("PolicyBundle"),
  metadata: metadataSchema,
  spec: z.strictObject({
    /** A folder of Rego files, relative to the file that holds the bundle. */
    rego: z.strictObject({ path: z.string().min(1) }),
    /** Handed to the policies as `input.parameters`. */
    parameters: z.record(z.string(), z.json()).default({}),
  }),
});

export type PolicyBundle = z.output<typeof policyBundleSchema>;
