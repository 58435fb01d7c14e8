import { z } from "zod";
import { API_VERSION, clusterMetadataSchema, staysInside } from "./common.ts";
import { onCluster, oneOf, withRules } from "./rules.ts";

/** Together; what etcd takes as one object, with room for the rest of it. */
const MAX_MODULES_SIZE = 1024 * 1024;
const MAX_MODULES = 256;
/** What is read from a folder, too. */
const MODULE_NAME = "^([-_A-Za-z0-9]+/)*([-_A-Za-z0-9]+[.]rego|data[.](json|ya?ml))$";

const modulesSchema = withRules(
  z
    .record(z.string(), z.string().max(MAX_MODULES_SIZE))
    .refine((modules) => Object.keys(modules).length <= MAX_MODULES, {
      error: `at most ${MAX_MODULES} files`,
    }),
  {
    message: "at least one file that ends in .rego",
    cel: "self.exists(name, name.endsWith('.rego'))",
    holds: (modules) => Object.keys(modules).some((name) => name.endsWith(".rego")),
  },
  {
    message: "names of Rego files (`images.rego`) and data files (`lib/data.json`, `data.yaml`)",
    cel: `self.all(name, name.matches('${MODULE_NAME}'))`,
    holds: (modules) => Object.keys(modules).every((name) => new RegExp(MODULE_NAME).test(name)),
  },
  {
    message: `at most ${MAX_MODULES_SIZE} characters together: put more than that in a folder and name it in \`path\``,
    cel: `self.map(name, self[name].size()).sum() <= ${MAX_MODULES_SIZE}`,
    holds: (modules) => Object.values(modules).join("").length <= MAX_MODULES_SIZE,
  },
).meta({ maxProperties: MAX_MODULES });

export const PATH_BELOW_INSTALLATION =
  "must stay below the folder of policies that Sluice is installed with (no `..`, no leading `/`); or write the files themselves in `modules`";

const pathSchema = onCluster(z.string().min(1).max(4096), {
  message: PATH_BELOW_INSTALLATION,
  cel: staysInside.cel,
});

/** One set of Rego files, compiled to one WebAssembly module. Cluster-scoped: one team writes, every gate may name it. */
export const policyBundleSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("PolicyBundle"),
  metadata: clusterMetadataSchema,
  spec: z
    .strictObject({
      rego: oneOf({
        path: pathSchema.describe(
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
