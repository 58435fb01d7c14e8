import { z } from "zod";

export const commitRuleSchema = z.strictObject({
  paths: z
    .array(z.string().min(1).max(4096))
    .min(1)
    .max(256)
    .describe(
      "Which changed paths the rule is about: patterns as in a `.gitignore` at the top; `**` is everything.",
    ),
  signedBy: z
    .strictObject({ role: z.string().min(1).max(253).describe("The role that the signer must have.") })
    .describe("Who must have signed."),
});
