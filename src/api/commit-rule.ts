import { z } from "zod";
import { oneOf, withRules } from "./rules.ts";

const roleSchema = z.string().min(1).max(253);

const requirementsSchema = z
  .array(
    oneOf({
      role: roleSchema.describe("A role that the signer must have."),
      signer: z.string().min(1).max(253).describe("The name of the signer."),
    }),
  )
  .min(1, "at least one entry")
  .max(16);

const signedBySchema = oneOf({
  role: roleSchema.describe("The role that the signer must have."),
  any: requirementsSchema.describe("What the signer must be one of: roles, and signers by name."),
  all: requirementsSchema.describe("What the signer must be all of."),
});

const approvedBySchema = z.strictObject({
  role: roleSchema.describe("The role that each approver must have."),
  count: z.int().min(1).max(100).default(1).describe("How many different people must have approved."),
  notAuthor: z
    .boolean()
    .default(true)
    .describe("Whether the commit's signer, and the person whose address is its author's, are none of them."),
  via: z
    .array(z.enum(["merge", "tag", "note"]))
    .min(1, "at least one way")
    .max(3)
    .default(["merge", "tag", "note"])
    .describe(
      "What counts as an approval: a signed merge on the branch that brought the commit, a signed tag of it, a signed note on it.",
    ),
});

export const commitRuleSchema = withRules(
  z.strictObject({
    paths: z
      .array(z.string().min(1).max(4096))
      .min(1)
      .max(256)
      .describe(
        "Which changed paths the rule is about: patterns as in a `.gitignore` at the top; `**` is everything.",
      ),
    signedBy: signedBySchema.optional().describe("Who must have signed: exactly one of its fields."),
    approvedBy: approvedBySchema.optional().describe("Who else must have approved."),
    addresses: z
      .array(z.enum(["committer", "author"]))
      .min(1, "at least one address")
      .max(2)
      .optional()
      .describe("Which of the commit's addresses must be one of the signer's `emails`."),
  }),
  {
    message: "at least one of `signedBy`, `approvedBy`, `addresses`",
    cel: "has(self.signedBy) || has(self.approvedBy) || has(self.addresses)",
    holds: ({ signedBy, approvedBy, addresses }) =>
      signedBy !== undefined || approvedBy !== undefined || addresses !== undefined,
  },
);
