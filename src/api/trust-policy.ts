import { z } from "zod";
import { API_VERSION, dataRefSchema, instantSchema, metadataSchema } from "./common.ts";
import { inFilesOnly, oneOf, withRules } from "./rules.ts";

/** More than any key or certificate that is given here. */
const MAX_KEY = 65_536;

const fileSchema = z.string().min(1).max(4096);

/** Whoever may write these may change who is trusted: the policy's own namespace only. */
const keyRefs = {
  configMapRef: dataRefSchema.describe(
    "A ConfigMap that holds the key, in the policy's own namespace. Whoever may change it changes who is trusted.",
  ),
  secretRef: dataRefSchema.describe(
    "A Secret that holds the key, in the policy's own namespace. Whoever may change it changes who is trusted.",
  ),
};

const keySchema = oneOf(
  {
    ssh: z.string().max(16_384).describe("An OpenSSH public key line: type, base64, optional comment."),
    openpgp: oneOf({
      armored: z.string().min(1).max(MAX_KEY).describe("The key itself, ASCII-armored."),
      file: inFilesOnly(fileSchema, "a cluster has no key files: put the key itself in `armored`").describe(
        "A file with the armored key, relative to the file that holds the policy. In files only.",
      ),
      ...keyRefs,
    }).describe("An OpenPGP public key; exactly one of its fields."),
  },
  {
    validAfter: instantSchema
      .optional()
      .describe("The first instant at which the key may sign: a day, or an RFC 3339 instant."),
    validBefore: instantSchema
      .optional()
      .describe("The instant from which the key may no longer sign, and what it signed is no longer let in."),
  },
);

const signerSchema = z.strictObject({
  name: z.string().min(1).max(253).describe("The person (or machine) that all these keys stand for."),
  roles: z
    .array(z.string().min(1).max(253))
    .min(1)
    .max(64)
    .describe("What rules may ask of a signer; at least one."),
  keys: z
    .array(keySchema)
    .min(1, "at least one key")
    .max(64)
    .describe("The signer's public keys; at least one."),
});

const START = "^(root|tip|[0-9a-f]{40})$";

const startSchema = withRules(z.string().max(64), {
  message: "`root`, `tip`, or a full commit oid of 40 hex digits",
  cel: `self.matches('${START}')`,
  holds: (start) => new RegExp(START).test(start),
});

const historySchema = z.strictObject({
  start: startSchema.describe(
    "Where trust begins: a full commit oid, `root` (all history), or `tip` (the head when the gate first runs).",
  ),
  fastForwardOnly: z
    .boolean()
    .default(true)
    .describe("Whether a head that does not descend from the last admitted one is refused."),
});

const commitRuleSchema = z.strictObject({
  paths: z
    .array(z.string().min(1).max(4096))
    .min(1)
    .max(256)
    .describe("Which changed paths the rule is about: exact, `dir/**`, or `**`."),
  signedBy: z
    .strictObject({ role: z.string().min(1).max(253).describe("The role that the signer must have.") })
    .describe("Who must have signed."),
});

const cosignSchema = oneOf({
  pem: z
    .string()
    .max(MAX_KEY)
    .regex(/^\s*-----BEGIN [A-Z ]+-----/, "a PEM block (`-----BEGIN PUBLIC KEY-----`)")
    .describe("The public key itself, in PEM."),
  key: inFilesOnly(fileSchema, "a cluster has no key files: put the key itself in `pem`").describe(
    "A file with the public key in PEM, relative to the file that holds the policy. In files only.",
  ),
  ...keyRefs,
});

const artifactRuleSchema = z.strictObject({
  match: z
    .array(z.string().min(1).max(1024))
    .min(1)
    .max(256)
    .describe("Image repositories, exact or with a trailing `/**`; never a regular expression."),
  signedBy: z
    .strictObject({
      any: z
        .array(z.strictObject({ cosign: cosignSchema.describe("A cosign key; exactly one of its fields.") }))
        .min(1, "at least one signer")
        .max(64)
        .describe("Signers of which one is enough; at least one."),
    })
    .describe("Whose signatures count."),
});

/** Who is trusted to change what, and whose images may run. */
export const trustPolicySchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("TrustPolicy"),
  metadata: metadataSchema,
  spec: z
    .strictObject({
      signers: z
        .array(signerSchema)
        .min(1, "at least one signer: empty trust lets nobody in")
        .max(1000)
        .describe("Who may sign; at least one."),
      history: historySchema.describe("Which commits must be verified."),
      commits: z
        .array(commitRuleSchema)
        .min(1, "at least one rule")
        .max(256)
        .describe("What every commit must meet; at least one rule."),
      artifacts: z
        .array(artifactRuleSchema)
        .max(256)
        .default([])
        .describe("Whose images may run. An image that no entry matches is refused."),
    })
    .describe("Who is trusted to change what, and whose images may run."),
});

export type TrustPolicy = z.output<typeof trustPolicySchema>;
