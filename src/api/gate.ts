import { z } from "zod";
import { API_VERSION, durationSchema, metadataSchema, nameSchema, sourcePathSchema } from "./common.ts";

const secretRefSchema = z.strictObject({ name: nameSchema });

const gitUrlSchema = z
  .url({ protocol: /^https?$/, error: "an http:// or https:// URL" })
  .refine((url) => !URL.canParse(url) || (new URL(url).username === "" && new URL(url).password === ""), {
    error: "no credentials in the URL: put them in a Secret and name it in `auth.secretRef`",
  });

const gitSourceSchema = z.strictObject({
  url: gitUrlSchema,
  ref: z.strictObject({ branch: z.string().min(1).max(255) }),
  /** A Secret in the gate's own namespace, with `username` and `password`, or `bearerToken`. */
  auth: z.strictObject({ secretRef: secretRefSchema }).optional(),
});

const directoryTargetSchema = z.strictObject({
  /** Relative to the file that holds the gate. */
  path: z.string().min(1).max(4096),
});

/** What is pulled, what it must pass, and where it goes. */
export const gateSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("Gate"),
  metadata: metadataSchema,
  spec: z.strictObject({
    interval: durationSchema.default(60_000),
    suspend: z.boolean().default(false),
    source: z.strictObject({ git: gitSourceSchema }),
    /** What is rendered: a kustomization or a folder of plain YAML. */
    path: sourcePathSchema.default(""),
    /** Name of the TrustPolicy, in the gate's namespace. There is no default trust. */
    trust: nameSchema,
    /** Names of PolicyBundles, in the gate's namespace; at least one. */
    policies: z
      .array(nameSchema)
      .min(1, "at least one policy: a gate without policies lets everything through"),
    /** Namespaces that objects may be in; the gate's own where absent. */
    namespaces: z.array(nameSchema).min(1).optional(),
    /** Whether cluster-scoped objects (Namespaces, ClusterRoles, CRDs…) may pass. */
    clusterResources: z.boolean().default(false),
    target: z.strictObject({ directory: directoryTargetSchema }),
  }),
});

export type Gate = z.output<typeof gateSchema>;
