import { z } from "zod";
import type { KubernetesObject } from "../render/index.ts";

/**
 * What policies see as `input`, and the one source of its TypeScript types and its published JSON Schemas.
 * Instants are RFC 3339 in UTC with milliseconds, so that they compare as text.
 */

const instant = z.string().describe("RFC 3339, UTC, with milliseconds: compares as text");

const identity = z
  .strictObject({ name: z.string(), email: z.string(), at: instant })
  .describe("as the commit claims");

const approval = z.strictObject({
  signer: z.string().describe("the TrustPolicy's name for who approved"),
  via: z.enum(["merge", "tag", "note"]),
  oid: z.string().describe("of the merge, or of the tag object"),
  ref: z.string().nullable().describe("where the tag object was found; null for what lies in the history"),
  key: z.string().nullable().describe("fingerprint of the key"),
  roles: z.array(z.string()),
  byAuthor: z.boolean().describe("whether the approver signed the commit, or is its author"),
});

const commit = z.strictObject({
  oid: z.string(),
  verdict: z.enum(["verified", "refused"]),
  scheme: z.string().nullable().describe("ssh or openpgp"),
  signer: z.string().nullable().describe("the TrustPolicy's name for who signed"),
  roles: z.array(z.string()),
  key: z.string().nullable().describe("fingerprint of the key"),
  code: z.string().nullable().describe("why it was refused"),
  author: identity.nullable(),
  committer: identity.nullable(),
  summary: z.string().describe("first line of the message"),
  approvals: z
    .array(approval)
    .describe("those that are in order; one person may be there twice. None where no rule asks for any"),
});

const source = z.strictObject({
  url: z.string().describe("without credentials"),
  ref: z.string(),
  revision: z.string().describe("the commit that would be applied"),
  base: z.string().nullable().describe("the last admitted commit"),
  commits: z.array(commit).describe("every commit after base"),
  changedPaths: z.array(z.string()).describe("between base and revision"),
});

const image = z.strictObject({
  reference: z.string().describe("in full and pinned: registry/path:tag@sha256:…"),
  digest: z.string(),
  signatures: z.array(
    z.strictObject({
      key: z.string().describe("SHA-256 of the SubjectPublicKeyInfo"),
      layout: z.enum(["simplesigning", "bundle"]),
      origin: z.string().describe("the file or field that the key was trusted from"),
      identity: z.string().nullable().describe("the repository that the signer named"),
    }),
  ),
  attestations: z.array(z.unknown()).describe("none in this version"),
});

const imageNotice = z.strictObject({
  object: z.string(),
  path: z.string().describe("JSON pointer"),
  value: z.string(),
});

/** Open, for OPA's type checker takes the fields that a schema names for the only ones. */
const object = z
  .record(z.string(), z.unknown())
  .describe("a Kubernetes object as it would be applied; a Secret's values are redacted");

const evidence = {
  gate: z.strictObject({ namespace: z.string(), name: z.string() }),
  time: instant,
  parameters: z.record(z.string(), z.unknown()).describe("the PolicyBundle's own"),
  source,
  images: z.record(z.string(), image).describe("verified images, by what the manifest calls them"),
  imageNotices: z
    .array(imageNotice)
    .describe("fields that are named like an image, where nobody knows one: not verified"),
};

/** `input` of `package sluice.object.<name>`, evaluated once for each object. */
export const objectInputSchema = z.strictObject({ ...evidence, object });

/** `input` of `package sluice.change.<name>`, evaluated once for the change. */
export const changeInputSchema = z.strictObject({ ...evidence, objects: z.array(object) });

type ChangeInput = z.output<typeof changeInputSchema>;

type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;

/** What the gate hands over; each bundle adds its own parameters, and each object is also shown alone. */
export type PolicyInput = DeepReadonly<Omit<ChangeInput, "parameters" | "objects">> & {
  readonly objects: readonly KubernetesObject[];
};

/** The published JSON Schemas, by the kind of package that they are for. */
export function inputJsonSchemas(): { readonly object: unknown; readonly change: unknown } {
  return {
    object: toJsonSchema(objectInputSchema, "object"),
    change: toJsonSchema(changeInputSchema, "change"),
  };
}

/** OPA reads drafts up to 7. */
function toJsonSchema(schema: z.ZodType, kind: string): unknown {
  const generated = z.toJSONSchema(schema, { target: "draft-7" });
  const title = `input of package sluice.${kind}.<name>`;
  return JSON.parse(JSON.stringify({ title, ...generated }), (_key, value: unknown) => separateTypes(value));
}

/** `type: [string, null]` as `anyOf`: OPA's type checker takes the first of several types for the only one. */
function separateTypes(schema: unknown): unknown {
  if (typeof schema !== "object" || schema === null || !("type" in schema)) return schema;
  const { type, ...rest } = schema;
  return Array.isArray(type) ? { ...rest, anyOf: type.map((each: unknown) => ({ type: each })) } : schema;
}
