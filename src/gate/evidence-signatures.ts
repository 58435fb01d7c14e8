import { z } from "zod";

/** A signature that an admission rested on. */
export interface RecordedSignature {
  /** `commit <oid>`, `approval of <oid>`, with its submodule where it is of one; `tag <ref>` or `reset <ref>`. */
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

const commitsSchema = z.array(
  signatureSchema.extend({ oid: z.string(), approvals: z.array(signatureSchema).default([]) }),
);

const evidenceSchema = z.object({
  commits: commitsSchema,
  submodules: z
    .array(z.object({ path: z.string(), trust: z.object({ name: z.string() }), commits: commitsSchema }))
    .default([]),
  tag: signatureSchema.extend({ ref: z.string() }).optional(),
  reset: z.object({ tags: z.array(signatureSchema.extend({ ref: z.string() })) }).optional(),
});

/** What an admission rested on. */
export interface RecordedSignatures {
  /** By the gate's own trust. */
  readonly own: readonly RecordedSignature[];
  /** Of each submodule, by the trust of this name. */
  readonly submodules: readonly {
    readonly trust: string;
    readonly signatures: readonly RecordedSignature[];
  }[];
}

/** What signatures an admission rested on, from its evidence: those that counted, and no others. */
export function readSignatures(evidence: Uint8Array): RecordedSignatures {
  const { commits, submodules, tag, reset } = evidenceSchema.parse(
    JSON.parse(Buffer.from(evidence).toString()),
  );
  return {
    own: [
      ...ofCommits(commits),
      ...(tag === undefined ? [] : counted(`tag ${tag.ref}`, tag)),
      ...(reset?.tags ?? []).flatMap((each) => counted(`reset ${each.ref}`, each)),
    ],
    submodules: submodules.map((each) => ({
      trust: each.trust.name,
      signatures: ofCommits(each.commits, ` of submodule ${each.path}`),
    })),
  };
}

function ofCommits(commits: z.output<typeof commitsSchema>, where = ""): RecordedSignature[] {
  return commits.flatMap((commit) => [
    ...counted(`commit ${commit.oid}${where}`, commit),
    ...commit.approvals.flatMap((approval) => counted(`approval of ${commit.oid}${where}`, approval)),
  ]);
}

function counted(of: string, { scheme, signer, key, code }: Signature): RecordedSignature[] {
  return code !== null || scheme === null || signer === null || key === null
    ? []
    : [{ of, scheme, signer, key }];
}
