import { validRange } from "semver";
import { z } from "zod";
import { API_VERSION, durationSchema, metadataSchema, nameSchema, sourcePathSchema } from "./common.ts";
import { targetSchema } from "./gate-target.ts";
import { oneOf, type Rule, withRules } from "./rules.ts";

/** `ssh://user@host/path`: the user, and no password. What else is odd in it, the fetch refuses. */
const SSH_URL = "^ssh://[A-Za-z0-9_][-A-Za-z0-9._]*@[^/?#@]+/[^?#]+$";

const gitUrlSchema = withRules(
  z.url({ protocol: /^(https?|ssh)$/, error: "an http://, https:// or ssh:// URL" }).max(2048),
  {
    message:
      "an http:// or https:// URL without credentials, or ssh://user@host/path: a Secret that `auth.secretRef` names holds the credentials",
    cel: `isURL(self) && self.matches('^https?://[^/?#@]+([/?#]|$)|${SSH_URL}')`,
    holds: (url) =>
      isSsh(url)
        ? new RegExp(SSH_URL).test(url)
        : !URL.canParse(url) || (new URL(url).username === "" && new URL(url).password === ""),
  },
);

function isSsh(url: string): boolean {
  return url.startsWith("ssh:");
}

const refNameSchema = z.string().min(1).max(255);

const gitRefSchema = oneOf({
  branch: refNameSchema.describe("The branch whose head is judged."),
  tag: refNameSchema.describe(
    "The annotated tag whose commit is judged; it must be signed, and call itself by this name.",
  ),
  semver: refNameSchema
    .refine(
      (range) => validRange(range) !== null,
      "a range of versions such as `1.x`, `>=1.2 <2` or `~1.4.0`",
    )
    .describe(
      "A range of versions: of the tags that are versions in it (`1.2.3`, `v1.2.3`), the highest is judged as `tag` would be.",
    ),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}$/, "a full commit oid of 40 hex digits")
    .describe("The one commit that is judged, by its full oid."),
}).describe("What is followed in the repository; exactly one of its fields.");

const secretRefSchema = z.strictObject({
  name: nameSchema.describe("Name of the Secret, in the gate's own namespace."),
});

/** Of any repository. */
const remoteShape = {
  url: gitUrlSchema.describe("The repository, over http, https or ssh, without credentials."),
  auth: z
    .strictObject({
      secretRef: secretRefSchema.describe(
        "A Secret with `username` and `password`, with `bearerToken`, with `githubAppID`, `githubAppInstallationID` and `githubAppPrivateKey`, or, for ssh, with `identity` and `known_hosts`; for https also with `tls.crt` and `tls.key`, and `ca.crt`. On a cluster, its annotation `sluice.dev/git-host` names the host of the URL, with the port where the URL has one.",
      ),
    })
    .optional()
    .describe("How to authenticate to the git server; anonymously where absent."),
  proxy: z
    .strictObject({
      secretRef: secretRefSchema.describe(
        "A Secret with `address`, the proxy's http:// or https:// URL, and, if it wants a login, `username` and `password`.",
      ),
    })
    .optional()
    .describe("A proxy that opens a tunnel to the git server; for https:// URLs. None where absent."),
};

const REMOTE_RULES: readonly Rule<z.output<z.ZodObject<typeof remoteShape>>>[] = [
  {
    message: "an ssh:// URL needs `auth`, with a key and the server's keys: nothing is trusted on first use",
    cel: "!self.url.startsWith('ssh:') || has(self.auth)",
    holds: ({ url, auth }) => !isSsh(url) || auth !== undefined,
  },
  {
    message: "a proxy is for https:// URLs",
    cel: "!has(self.proxy) || self.url.startsWith('https:')",
    holds: ({ url, proxy }) => proxy === undefined || url.startsWith("https:"),
  },
];

const submoduleSchema = withRules(
  z.strictObject({
    path: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[^/]+(\/[^/]+)*$/, "a path from the top of the tree, without a slash at either end")
      .describe("Where it is in the tree."),
    ...remoteShape,
    trust: nameSchema.describe(
      "Name of the TrustPolicy, in the gate's own namespace, that every commit of the submodule is verified by. Its `history.start` is a commit or `root`.",
    ),
  }),
  ...REMOTE_RULES,
);

const gitSourceSchema = withRules(
  z.strictObject({
    ...remoteShape,
    ref: gitRefSchema,
    submodules: z
      .array(submoduleSchema)
      .max(16)
      .default([])
      .describe(
        "Submodules that may be in the tree; any other is refused. Each is fetched from the URL given here, at the commit that the tree names, and verified by a trust of its own.",
      ),
  }),
  ...REMOTE_RULES,
  {
    message: "one entry for each path",
    cel: "!has(self.submodules) || self.submodules.all(one, self.submodules.exists_one(other, other.path == one.path))",
    holds: ({ submodules }) => new Set(submodules.map(({ path }) => path)).size === submodules.length,
  },
);

const namesSchema = z.array(nameSchema).max(256);

const specSchema = z.strictObject({
  interval: durationSchema.prefault("1m").describe("How often the source is looked at."),
  retryInterval: durationSchema
    .optional()
    .describe("How soon a run that failed is tried again; the interval where absent."),
  suspend: z.boolean().default(false).describe("Whether the gate rests: nothing is judged, nothing applied."),
  dependsOn: z
    .array(z.strictObject({ name: nameSchema.describe("Name of a Gate, in this gate's own namespace.") }))
    .max(64)
    .default([])
    .describe("Gates that must be ready before this one applies anything."),
  source: z
    .strictObject({ git: gitSourceSchema.describe("A git repository.") })
    .describe("Where the desired state is pulled from."),
  path: sourcePathSchema
    .default("")
    .describe("What is rendered: the folder of a kustomization or of plain YAML, in the source."),
  trust: nameSchema.describe(
    "Name of the TrustPolicy, in the gate's own namespace: who may change what. There is no default trust.",
  ),
  policies: namesSchema
    .min(1, "at least one policy: a gate without policies lets everything through")
    .describe("Names of the PolicyBundles that every change must pass; at least one."),
  namespaces: namesSchema
    .min(1)
    .optional()
    .describe("Namespaces that objects may be in; the gate's own where absent."),
  clusterResources: z
    .boolean()
    .default(false)
    .describe("Whether cluster-scoped objects (Namespaces, ClusterRoles, CRDs) may pass."),
  deletionPolicy: z
    .enum(["MirrorPrune", "Prune", "Orphan"])
    .default("MirrorPrune")
    .describe(
      "What becomes of the gate's objects when it is deleted: Prune removes them, Orphan leaves them, MirrorPrune does what `target.cluster.prune` says.",
    ),
  target: targetSchema.describe("Where admitted manifests go; exactly one of its fields."),
});

/** What fits in a label's value. */
const MAX_LABEL = 63;

/** What is pulled, what it must pass, and where it goes. */
export const gateSchema = withRules(
  z.strictObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal("Gate"),
    metadata: metadataSchema,
    spec: specSchema.describe("What is pulled, what it must pass, and where it goes."),
  }),
  {
    message: "a gate that depends on itself would wait for ever: remove its own name from dependsOn",
    cel: "!has(self.spec.dependsOn) || !self.spec.dependsOn.exists(other, other.name == self.metadata.name)",
    holds: ({ metadata, spec }) => !spec.dependsOn.some(({ name }) => name === metadata.name),
  },
  {
    message: `at most ${MAX_LABEL} characters: the name of a gate is a label of all that it owns`,
    cel: `self.metadata.name.size() <= ${MAX_LABEL}`,
    holds: ({ metadata }) => metadata.name.length <= MAX_LABEL,
  },
);

export type Gate = z.output<typeof gateSchema>;
