import { z } from "zod";
import { nameSchema } from "./common.ts";
import { inFilesOnly, oneOf } from "./rules.ts";
import { fileSchema, keyRefs, sshKeySchema, windowFields } from "./trust-keys.ts";

/** More than any root, chain or list that is written into a policy itself. */
const MAX_INLINE = 262_144;

const fileField = (inline: string) =>
  inFilesOnly(fileSchema, `a cluster has no such files: use \`${inline}\` or \`configMapRef\``).describe(
    "A file, relative to the file that holds the policy. In files only.",
  );

const pemSchema = oneOf({
  pem: z.string().min(1).max(MAX_INLINE).describe("The PEM itself."),
  file: fileField("pem"),
  ...keyRefs,
});

const x509AuthoritySchema = z.strictObject({
  name: nameSchema.describe("What signers' keys call it."),
  roots: pemSchema.describe("Certificates of authorities at which trust ends, in PEM; at least one."),
  intermediates: pemSchema
    .optional()
    .describe(
      "Certificates of authorities between, for signatures that do not bring them. They add no trust.",
    ),
  revocationLists: z
    .array(pemSchema)
    .max(64)
    .optional()
    .describe(
      "CRLs in PEM. An authority that has one here needs one that is current, or nothing below it counts.",
    ),
});

const sshAuthoritySchema = z.strictObject({
  name: nameSchema.describe("What signers' keys call it."),
  key: sshKeySchema.describe("The public key that signs certificates, as a line of a `.pub` file."),
  ...windowFields,
});

const sigstoreSchema = z.strictObject({
  trustedRoot: oneOf({
    json: z.string().min(1).max(MAX_INLINE).describe("The JSON itself."),
    file: fileField("json"),
    ...keyRefs,
  }).describe("A `trusted_root.json`: the certificate authorities and logs of one Sigstore."),
});

/** Who may say of others who they are. */
export const authoritiesSchema = z.strictObject({
  x509: z.array(x509AuthoritySchema).max(64).optional().describe("For certificates of X.509."),
  sshCertificates: z.array(sshAuthoritySchema).max(64).optional().describe("For SSH certificates."),
  sigstore: sigstoreSchema.optional().describe("For gitsign."),
});

const revokedKeysSchema = oneOf({
  base64: z
    .string()
    .min(1)
    .max(MAX_INLINE)
    .regex(/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, "base64, in one line")
    .describe("The file itself, in base64."),
  file: fileField("base64"),
  ...keyRefs,
});

/** What counts no more, whoever else vouches for it. */
export const revokedSchema = z.strictObject({
  sshKeys: z
    .array(revokedKeysSchema)
    .max(64)
    .describe("KRLs (`ssh-keygen -k`; in a ConfigMap as `binaryData` or base64), or lists of public keys."),
});
