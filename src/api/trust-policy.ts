import { z } from "zod";
import { API_VERSION, instantSchema, metadataSchema } from "./common.ts";

const windowShape = {
  /** The first instant at which the key may sign. */
  validAfter: instantSchema.optional(),
  /** The instant from which the key may no longer sign, and what it signed is no longer let in. */
  validBefore: instantSchema.optional(),
};

const sshKeySchema = z.strictObject({
  /** A public key line: type, base64, optional comment. */
  ssh: z.string().max(16_384),
  ...windowShape,
});

const openpgpKeySchema = z.strictObject({
  openpgp: z.union([
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ armored: z.string().min(1) }),
  ]),
  ...windowShape,
});

const signerSchema = z.strictObject({
  /** The person (or machine) that all these keys stand for. */
  name: z.string().min(1).max(253),
  roles: z.array(z.string().min(1).max(253)).min(1),
  keys: z.array(z.union([sshKeySchema, openpgpKeySchema])).min(1, "at least one key"),
});

const historySchema = z.strictObject({
  /** Where trust begins: a full commit oid, `root` (all history), or `tip` (the head when the gate first runs). */
  start: z.union([z.literal("root"), z.literal("tip"), z.string().regex(/^[0-9a-f]{40}$/)], {
    error: "`root`, `tip`, or a full 40-digit commit oid",
  }),
  /** A head that does not descend from the last admitted one is refused. */
  fastForwardOnly: z.boolean().default(true),
});

const commitRuleSchema = z.strictObject({
  /** Which changed paths the rule is about: exact, `dir/**`, or `**`. */
  paths: z.array(z.string().min(1).max(4096)).min(1),
  signedBy: z.strictObject({ role: z.string().min(1) }),
});

const artifactRuleSchema = z.strictObject({
  /** Image repositories, exact or with a trailing `/**`; never a regular expression. */
  match: z.array(z.string().min(1).max(1024)).min(1),
  signedBy: z.strictObject({
    any: z
      .array(z.strictObject({ cosign: z.strictObject({ key: z.string().min(1) }) }))
      .min(1, "at least one signer"),
  }),
});

/** Who is trusted to change what, and whose images may run. */
export const trustPolicySchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("TrustPolicy"),
  metadata: metadataSchema,
  spec: z.strictObject({
    signers: z.array(signerSchema).min(1, "at least one signer: empty trust lets nobody in"),
    history: historySchema,
    commits: z.array(commitRuleSchema).min(1, "at least one rule"),
    /** An image that no entry matches is refused. */
    artifacts: z.array(artifactRuleSchema).default([]),
  }),
});

export type TrustPolicy = z.output<typeof trustPolicySchema>;
