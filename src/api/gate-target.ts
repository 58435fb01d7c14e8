import { z } from "zod";
import { durationSchema, nameSchema } from "./common.ts";
import { inFilesOnly, oneOf, withRules } from "./rules.ts";

const celSchema = z.string().min(1).max(4096);

const healthCheckSchema = z.strictObject({
  apiVersion: z
    .string()
    .min(1)
    .max(317)
    .describe("Of the objects that the rule is about, such as example.com/v1."),
  kind: z.string().min(1).max(63).describe("Of the objects that the rule is about."),
  current: celSchema.describe("CEL over the object as `object`: true where it is ready."),
  inProgress: celSchema.optional().describe("CEL: true where it is still on its way."),
  failed: celSchema.optional().describe("CEL: true where it will not become ready by itself."),
});

const kubeConfigSchema = z.strictObject({
  secretRef: z
    .strictObject({
      name: nameSchema.describe("Name of the Secret, in the gate's own namespace."),
      key: z
        .string()
        .min(1)
        .max(253)
        .default("value")
        .describe("The key of its data that holds the kubeconfig."),
    })
    .describe("The Secret that holds the kubeconfig."),
});

const clusterTargetSchema = withRules(
  z.strictObject({
    serviceAccountName: nameSchema
      .optional()
      .describe(
        "The ServiceAccount of the gate's own namespace that Sluice acts as here: its rights bound what can be applied.",
      ),
    prune: z
      .boolean()
      .default(false)
      .describe("Whether what is no longer in the source is removed from the cluster."),
    wait: z
      .boolean()
      .default(false)
      .describe("Whether the gate is ready only when all that was applied is healthy."),
    timeout: durationSchema
      .prefault("5m")
      .describe("How long one apply, and the wait for health after it, may take."),
    force: z
      .boolean()
      .default(false)
      .describe("Whether fields that another field manager owns are taken over instead of reported."),
    drift: z
      .enum(["Correct", "Report"])
      .default("Correct")
      .describe(
        "What happens to a change made by hand: Correct puts it back; Report leaves it alone until the object is applied again, and names the objects (the first ten) in the message of the condition Applied and in an Event.",
      ),
    healthChecks: z
      .array(healthCheckSchema)
      .max(64)
      .default([])
      .describe("When objects of custom kinds are ready. Used where `wait` is true."),
    kubeConfig: kubeConfigSchema
      .optional()
      .describe("Another cluster to apply to, instead of the one that Sluice runs in."),
  }),
  {
    message: "healthChecks are used where `wait` is true: set `wait: true`, or remove them",
    cel: "!has(self.healthChecks) || self.healthChecks.size() == 0 || (has(self.wait) && self.wait)",
    holds: ({ healthChecks, wait }) => healthChecks.length === 0 || wait,
  },
);

export const DIRECTORY_IN_FILES_ONLY =
  "a directory target is for gates in files (`sluice run -f`): on a cluster write `target: {cluster: {}}`";

const directoryTargetSchema = inFilesOnly(
  z.strictObject({
    path: z.string().min(1).max(4096).describe("The folder, relative to the file that holds the gate."),
  }),
  DIRECTORY_IN_FILES_ONLY,
);

/** Where admitted manifests go. */
export const targetSchema = oneOf({
  cluster: clusterTargetSchema.describe(
    "A Kubernetes cluster: server-side apply, inventory, prune, health and drift.",
  ),
  directory: directoryTargetSchema.describe("A folder that the manifests are written to. In files only."),
});
