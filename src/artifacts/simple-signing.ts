import { z } from "zod";
import type { Digest } from "../digest.ts";
import { parseJson } from "../oci/index.ts";
import { isSignedBy, type TrustedKey } from "./key.ts";
import { rejected, type SignatureVerdict } from "./signature.ts";

export const SIMPLE_SIGNING_MEDIA_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";
export const SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature";
/** `critical.type` of cosign's image signatures. */
export const SIMPLE_SIGNING_TYPE = "cosign container image signature";

/** The signature of the largest key here, RSA of 8192 bits, has 1,368 in base64. */
const MAX_SIGNATURE_CHARACTERS = 2048;
/** Standard base64 with its padding; what a lenient decoder would skip over is not a signature. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Red Hat's "simple signing" payload as cosign fills it in (cosign, specs/SIGNATURE_SPEC.md). */
const payloadSchema = z.object({
  critical: z.object({
    identity: z.object({ "docker-reference": z.string() }),
    image: z.object({ "docker-manifest-digest": z.string() }),
    type: z.string(),
  }),
});

/**
 * Verifies a signature in cosign 2's layout: first the signature over the payload's bytes as they are, then
 * what the payload says. `docker-reference` is the signer's word on where the image was pushed; it is
 * handed on, not compared, because a mirror or a promotion changes it and the digest does not.
 */
export function verifySimpleSigning(
  payload: Uint8Array,
  signature: string,
  digest: Digest,
  keys: readonly TrustedKey[],
): SignatureVerdict {
  if (signature.length > MAX_SIGNATURE_CHARACTERS || !BASE64.test(signature)) {
    return rejected("IMAGE_SIGNATURE_INVALID", "the signature is not base64, or too long for one");
  }
  const bytes = Buffer.from(signature, "base64");
  const key = keys.find((candidate) => isSignedBy(candidate, payload, bytes));
  if (key === undefined) {
    return rejected("IMAGE_WRONG_KEY", "made by a key that is not trusted here, or altered since");
  }
  const parsed = payloadSchema.safeParse(parseJson(payload));
  if (!parsed.success) return rejected("IMAGE_PAYLOAD_MISMATCH", "signed, but not a simple signing payload");
  const { type, image, identity } = parsed.data.critical;
  if (type !== SIMPLE_SIGNING_TYPE) {
    return rejected("IMAGE_PAYLOAD_MISMATCH", `signed as ${JSON.stringify(type)}, not as an image`);
  }
  const signed = image["docker-manifest-digest"];
  if (signed !== digest)
    return rejected("IMAGE_PAYLOAD_MISMATCH", `the signature is for ${JSON.stringify(signed)}`);
  return { ok: true, key, identity: identity["docker-reference"] };
}
