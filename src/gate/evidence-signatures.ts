import { z } from "zod";

/** A signature that an admission rested on. */
export interface RecordedSignature {
  /** `commit <oid>`, `approval of <oid>`, `tag <ref>` or `reset <ref>`. */
  readonly of: string;
  readonly scheme: string;
  readonly signer: string;
  readonly key: string;
}

const signatureSchema = z.object({
  scheme: z.string().nullable(),
  signer: z.string().nullable(),
  key: z.string().nullable(),
  code: z.string().nullable(),
});
type Signature = z.output<typeof signatureSchema>;

const evidenceSchema = z.object({
  commits: z.array(
    signatureSchema.extend({ oid: z.string(), approvals: z.array(signatureSchema).default([]) }),
  ),
  tag: signatureSchema.extend({ ref: z.string() }).optional(),
  reset: z.object({ tags: z.array(signatureSchema.extend({ ref: z.string() })) }).optional(),
});

/** What signatures an admission rested on, from its evidence: those that counted, and no others. */
export function readSignatures(evidence: Uint8Array): RecordedSignature[] {
  const { commits, tag, reset } = evidenceSchema.parse(JSON.parse(Buffer.from(evidence).toString()));
  return [
    ...commits.flatMap((commit) => [
      ...counted(`commit ${commit.oid}`, commit),
      ...commit.approvals.flatMap((approval) => counted(`approval of ${commit.oid}`, approval)),
    ]),
    ...(tag === undefined ? [] : counted(`tag ${tag.ref}`, tag)),
    ...(reset?.tags ?? []).flatMap((each) => counted(`reset ${each.ref}`, each)),
  ];
}

function counted(of: string, { scheme, signer, key, code }: Signature): RecordedSignature[] {
  return code !== null || scheme === null || signer === null || key === null
    ? []
    : [{ of, scheme, signer, key }];
}
