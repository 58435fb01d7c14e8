import { z } from "zod";
import { inFilesOnly, oneOf } from "./rules.ts";
import { fileSchema, keyRefs, MAX_KEY } from "./trust-keys.ts";

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

export const artifactRuleSchema = z.strictObject({
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
