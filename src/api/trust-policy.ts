import { z } from "zod";
import { artifactRuleSchema } from "./artifact-rule.ts";
import { commitRuleSchema } from "./commit-rule.ts";
import { API_VERSION, metadataSchema } from "./common.ts";
import { withRules } from "./rules.ts";
import { authoritiesSchema, revokedSchema } from "./trust-authorities.ts";
import { signerSchema } from "./trust-keys.ts";

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
  reset: z
    .strictObject({
      role: z.string().min(1).max(253).describe("The role of those who may."),
      count: z
        .int()
        .min(1)
        .max(64)
        .default(1)
        .describe("How many of them it takes, each a person of their own."),
    })
    .optional()
    .describe("Who may take the gate back to an earlier commit (`sluice reset`); nobody where absent."),
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
      authorities: authoritiesSchema.optional().describe("Who may say of signers who they are."),
      revoked: revokedSchema
        .optional()
        .describe("Keys that count no more, and stop what they signed at once."),
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
