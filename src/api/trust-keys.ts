import { z } from "zod";
import { dataRefSchema, instantSchema } from "./common.ts";
import { inFilesOnly, oneOf } from "./rules.ts";

/** More than any key or certificate that is given here. */
export const MAX_KEY = 65_536;

export const fileSchema = z.string().min(1).max(4096);

/** Whoever may write these may change who is trusted: the policy's own namespace only. */
export const keyRefs = {
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

export const signerSchema = z.strictObject({
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
