import { z } from "zod";
import { isNonEmpty, type NonEmpty } from "../refusal.ts";

/** A signature that an admission rested on. */
export interface RecordedSignature {
  /** `commit <oid>`, `approval of <oid>`, with its submodule where it is of one; `tag <ref>` or `reset <ref>`. */
  readonly of: string;
  readonly scheme: string;
  readonly signer: string;
  readonly key: string;
  /** That made the key count, the signer's first; of X.509 in DER. */
  readonly certificates?: NonEmpty<Uint8Array>;
}

const signatureSchema = z.object({
  scheme: z.string().nullable(),
  signer: z.string().nullable(),
  key: z.string().nullable(),
  code: z.string().nullable(),
  /** By digest: their bytes are in the evidence once. */
  certificates: z.array(z.string()).default([]),
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
  certificates: z.record(z.string(), z.base64()).default({}),
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
  const { commits, submodules, tag, reset, certificates } = evidenceSchema.parse(
    JSON.parse(Buffer.from(evidence).toString()),
  );
  const reader = new SignatureReader(certificates);
  return {
    own: [
      ...reader.ofCommits(commits),
      ...(tag === undefined ? [] : reader.counted(`tag ${tag.ref}`, tag)),
      ...(reset?.tags ?? []).flatMap((each) => reader.counted(`reset ${each.ref}`, each)),
    ],
    submodules: submodules.map((each) => ({
      trust: each.trust.name,
      signatures: reader.ofCommits(each.commits, ` of submodule ${each.path}`),
    })),
  };
}

class SignatureReader {
  readonly #certificates: ReadonlyMap<string, Uint8Array>;

  constructor(certificates: Readonly<Record<string, string>>) {
    const decoded = Object.entries(certificates).map(
      ([digest, text]) => [digest, Buffer.from(text, "base64")] as const,
    );
    this.#certificates = new Map(decoded);
  }

  ofCommits(commits: z.output<typeof commitsSchema>, where = ""): RecordedSignature[] {
    return commits.flatMap((commit) => [
      ...this.counted(`commit ${commit.oid}${where}`, commit),
      ...commit.approvals.flatMap((approval) => this.counted(`approval of ${commit.oid}${where}`, approval)),
    ]);
  }

  counted(of: string, { scheme, signer, key, code, certificates: digests }: Signature): RecordedSignature[] {
    if (code !== null || scheme === null || signer === null || key === null) return [];
    const certificates = digests.map((digest) => this.#find(digest));
    return [{ of, scheme, signer, key, ...(isNonEmpty(certificates) && { certificates }) }];
  }

  #find(digest: string): Uint8Array {
    const bytes = this.#certificates.get(digest);
    if (bytes === undefined)
      throw new TypeError(`the evidence names the certificate ${digest} and has it not`);
    return bytes;
  }
}
