import { z } from "zod";
import type { Digest } from "../digest.ts";
import { parseJson } from "../oci/index.ts";

export const STATEMENT_PAYLOAD_TYPE = "application/vnd.in-toto+json";
export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
/** The predicate of cosign 3's image signatures; its content is empty. */
export const COSIGN_SIGN_PREDICATE = "https://sigstore.dev/cosign/sign/v1";

const statementSchema = z.object({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(z.object({ digest: z.record(z.string(), z.string()) })).min(1),
  predicateType: z.string(),
});

/** Why a signed in-toto Statement is not a signature of this image; undefined if it is one. */
export function mismatchOf(payload: Uint8Array, digest: Digest): string | undefined {
  const parsed = statementSchema.safeParse(parseJson(payload));
  if (!parsed.success) return "signed, but not an in-toto Statement v1";
  const { predicateType, subject } = parsed.data;
  if (predicateType !== COSIGN_SIGN_PREDICATE) {
    return `signed as ${JSON.stringify(predicateType)}, which is not an image signature`;
  }
  const named = subject.some((each) => `sha256:${each.digest.sha256}` === digest);
  return named ? undefined : "the signature is for another image";
}
