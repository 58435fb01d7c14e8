import { z } from "zod";
import { API_VERSION, clusterMetadataSchema } from "./common.ts";

/** One set of Rego files, compiled to one WebAssembly module. Cluster-scoped: one team writes, every gate may name it. */
export const policyBundleSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("PolicyBundle"),
  metadata: clusterMetadataSchema,
  spec: z.strictObject({
    /** A folder of Rego files, relative to the file that holds the bundle. */
    rego: z.strictObject({ path: z.string().min(1) }),
    /** Handed to the policies as `input.parameters`. */
    parameters: z.record(z.string(), z.json()).default({}),
  }),
});

export type PolicyBundle = z.output<typeof policyBundleSchema>;
