import { z } from "zod";
import { dataRefSchema, instantSchema, nameSchema } from "./common.ts";
import { inFilesOnly, oneOf } from "./rules.ts";

/** More than any key or certificate that is given here. */
export const MAX_KEY = 65_536;

export const fileSchema = z.string().min(1).max(4096);

/** Whoever may write these may change who is trusted: the policy's own namespace only. */
export const keyRefs = {
  configMapRef: dataRefSchema.describe(
    "A ConfigMap that holds it, in the policy's own namespace. Whoever may change it changes who is trusted.",
  ),
  secretRef: dataRefSchema.describe(
    "A Secret that holds it, in the policy's own namespace. Whoever may change it changes who is trusted.",
  ),
};

export const sshKeySchema = z.string().max(16_384);

/** When a key, an identity or an authority counts. */
export const windowFields = {
  validAfter: instantSchema
    .optional()
    .describe("The first instant at which it may sign: a day, or an RFC 3339 instant."),
  validBefore: instantSchema
    .optional()
    .describe("The instant from which it may no longer sign, and what it signed is no longer let in."),
};

const openpgpSchema = oneOf({
  armored: z.string().min(1).max(MAX_KEY).describe("The key itself, ASCII-armored."),
  file: inFilesOnly(fileSchema, "a cluster has no key files: put the key itself in `armored`").describe(
    "A file with the armored key, relative to the file that holds the policy. In files only.",
  ),
  ...keyRefs,
});

const identitySchema = z.strictObject({
  issuer: z
    .string()
    .max(2048)
    .regex(/^https?:\/\/[!-~]+$/, "the URL of an identity provider")
    .describe("The identity provider's URL, as the certificate has it; to the letter."),
  identity: z
    .string()
    .max(2048)
    .regex(/^[!-~]+$/, "an address or a URI: printable ASCII without spaces")
    .describe("The address or URI that the certificate names; to the letter, and never a pattern."),
});

const addressSchema = z.strictObject({
  authority: nameSchema.describe(
    "The name of one of `authorities.x509`, which must vouch for the certificate.",
  ),
  email: z
    .string()
    .max(320)
    .regex(/^[!-~]+@[!-~]+$/, "an e-mail address")
    .describe("The address that the certificate names; to the letter."),
});

const principalSchema = z.strictObject({
  authority: nameSchema.describe("The name of one of `authorities.sshCertificates`."),
  principal: z
    .string()
    .min(1)
    .max(253)
    .describe("The principal that the certificate names; to the letter, and never a pattern."),
});

const keySchema = oneOf(
  {
    ssh: sshKeySchema.describe("An OpenSSH public key line: type, base64, optional comment."),
    openpgp: openpgpSchema.describe("An OpenPGP public key; exactly one of its fields."),
    sigstore: identitySchema.describe(
      "Who signs with gitsign: an identity, and the provider that vouches for it. Asks for `authorities.sigstore`.",
    ),
    x509: addressSchema.describe("Who signs with gpgsm or smimesign: an address in a certificate."),
    sshCertificate: principalSchema.describe("Who signs with an SSH certificate."),
  },
  windowFields,
);

export const signerSchema = z.strictObject({
  name: z.string().min(1).max(253).describe("The person (or machine) that all these keys stand for."),
  roles: z
    .array(z.string().min(1).max(253))
    .min(1)
    .max(64)
    .describe("What rules may ask of a signer; at least one."),
  emails: z
    .array(
      z
        .string()
        .max(320)
        .regex(/^[!-;=?-~]+@[!-;=?-~]+$/, "an e-mail address"),
    )
    .max(64)
    .optional()
    .describe("The addresses that commits may carry as this signer's; for rules about `addresses`."),
  keys: z
    .array(keySchema)
    .min(1, "at least one key")
    .max(64)
    .describe("The signer's public keys and identities; at least one."),
});
