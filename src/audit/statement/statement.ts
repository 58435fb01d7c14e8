import { z } from "zod";
import { nameSchema } from "../../api/common.ts";
import type { Digest } from "../../digest.ts";

/** https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
export const PAYLOAD_TYPE = "application/vnd.in-toto+json";

/** The subject name of the rendered manifests, whose canonical digest is of `render/`. */
const MANIFESTS = "manifests";

export interface GateName {
  readonly namespace: string;
  readonly name: string;
}

/** Who speaks: the log (and so the gate) at `https://<origin>`, running this version of Sluice. */
export interface Verifier {
  readonly origin: string;
  readonly version: string;
}

/** What a statement is about: a commit, and what it rendered to, where it came that far. */
export interface Change {
  readonly url: string;
  readonly revision: string;
  readonly manifests: Digest | undefined;
}

// Unknown fields are let through everywhere, as the in-toto parsing rules demand: a later version may add some.
const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** An in-toto DigestSet with a SHA-256, read as the one-line form used elsewhere here. */
export const digestSetSchema = z
  .object({ sha256: sha256Schema })
  .transform(({ sha256 }): Digest => `sha256:${sha256}`);

export const gateNameSchema = z.object({ namespace: nameSchema, name: nameSchema });

/** An RFC 3339 instant in the one spelling that is written here; in milliseconds since the epoch. */
export const timestampSchema = z
  .string()
  .refine((text) => toTimestamp(Date.parse(text)) === text, "an instant such as 2026-01-31T12:00:00.000Z")
  .transform((text) => Date.parse(text));

export const verifierSchema = z
  .object({ id: z.string().startsWith("https://"), version: z.object({ sluice: z.string() }) })
  .transform(
    ({ id, version }): Verifier => ({ origin: id.slice("https://".length), version: version.sluice }),
  );

const commitSubjectSchema = z.object({
  name: z.string().min(1),
  digest: z.object({ gitCommit: z.string().regex(/^[0-9a-f]{40}$/) }),
});
const manifestsSubjectSchema = z.object({ name: z.literal(MANIFESTS), digest: digestSetSchema });

export const subjectSchema = z
  .union([z.tuple([commitSubjectSchema, manifestsSubjectSchema]), z.tuple([commitSubjectSchema])])
  .transform(
    ([commit, manifests]): Change => ({
      url: commit.name,
      revision: commit.digest.gitCommit,
      manifests: manifests?.digest,
    }),
  );

export function toSubject({ url, revision, manifests }: Change): object[] {
  const commit = { name: url, digest: { gitCommit: revision } };
  return manifests === undefined ? [commit] : [commit, { name: MANIFESTS, digest: toDigestSet(manifests) }];
}

export function toDigestSet(digest: Digest): { sha256: string } {
  return { sha256: digest.slice("sha256:".length) };
}

export function toTimestamp(at: number): string | undefined {
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

export function toVerifier({ origin, version }: Verifier): object {
  return { id: verifierId(origin), version: { sluice: version } };
}

/** The URI that stands for the gate: what passes one gate must not be taken for having passed another. */
export function gateUri(origin: string, gate: GateName): string {
  return `${verifierId(origin)}/gates/${gate.namespace}/${gate.name}`;
}

function verifierId(origin: string): string {
  return `https://${origin}`;
}
