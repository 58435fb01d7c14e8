import { z } from "zod";
import { API_VERSION, clusterMetadataSchema } from "./common.ts";
import { oneOf, withRules } from "./rules.ts";

/** Together; what etcd takes as one object, with room for the rest of it. */
const MAX_MODULES_BYTES = 1024 * 1024;
const MODULE_NAME = /^([-_A-Za-z0-9]+\/)*[-_A-Za-z0-9]+\.(rego|json|ya?ml)$/;

const modulesSchema = withRules(
  z
    .record(
      z.string().max(253).regex(MODULE_NAME, "a file name such as `images.rego`"),
      z.string().max(MAX_MODULES_BYTES),
    )
    .refine(
      (modules) =>
        Object.values(modules).reduce((sum, text) => sum + Buffer.byteLength(text), 0) <= MAX_MODULES_BYTES,
      {
        error: `at most ${MAX_MODULES_BYTES} bytes together: put large data in a folder and name it in \`path\``,
      },
    ),
  {
    message: "at least one file that ends in .rego",
    cel: "self.exists(name, name.endsWith('.rego'))",
    holds: (modules) => Object.keys(modules).some((name) => name.endsWith(".rego")),
  },
);

/** One set of Rego files, compiled to one WebAssembly module. Cluster-scoped: one team writes, every gate may name it. */
export const policyBundleSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("PolicyBundle"),
  metadata: clusterMetadataSchema,
  spec: z
    .strictObject({
      rego: oneOf({
        path: z
          .string()
          .min(1)
          .max(4096)
          .describe(
            "A folder of Rego files: relative to the file that holds the bundle; on a cluster, below the folder of policies that Sluice is installed with.",
          ),
        modules: modulesSchema.describe("The files themselves, by name; at most 1 MiB together."),
      }).describe("The policies; exactly one of its fields."),
      parameters: z
        .record(z.string(), z.json())
        .default({})
        .meta({ "x-kubernetes-preserve-unknown-fields": true })
        .describe("Handed to the policies as `input.parameters`."),
    })
    .describe("What is allowed, whoever signed it."),
});

export type PolicyBundle = z.output<typeof policyBundleSchema>;
