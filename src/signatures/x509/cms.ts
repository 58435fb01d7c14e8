import { createHash } from "node:crypto";
import { armorLines, decodeBase64Lines, MAX_ARMOR_CHARACTERS } from "../armor.ts";
import { hashOf, isSignedBy, signatureAlgorithmOf } from "./algorithms.ts";
import type { Certificate } from "./certificate.ts";
import { MalformedDer } from "./der.ts";
import { DATA, parseSignedData, type SignedData } from "./signed-data.ts";
import { isNamed, type SignerInfo } from "./signer-info.ts";
import { type CmsCode, problem, type X509Problem } from "./verdict.ts";

/** What gpgsm, smimesign and gitsign write, and git looks for. */
export const CMS_ARMOR_LABEL = "SIGNED MESSAGE";

/** A signature that its certificate's key made over the payload. Whom the certificate stands for is still open. */
export interface CmsSignature {
  readonly certificate: Certificate;
  /** The rest of what came along: candidates for the chain, and nothing more. */
  readonly others: readonly Certificate[];
  readonly signer: SignerInfo;
}

export type CmsVerdict =
  | { readonly ok: true; readonly value: CmsSignature }
  | { readonly ok: false; readonly problem: X509Problem<CmsCode>; readonly named: Certificate | undefined };

/** Checks a detached CMS signature (RFC 5652 section 5.6) as far as the mathematics goes. */
export function verifyCms(payload: Uint8Array, { signer, certificates }: SignedData): CmsVerdict {
  const [certificate, another] = distinct(certificates.filter((each) => isNamed(each, signer.id)));
  if (certificate === undefined || another !== undefined) {
    const none = problem(
      "CERTIFICATE_MISSING",
      "the certificate that the signer names is not in the signature",
    );
    const several = problem("MALFORMED_SIGNATURE", "two certificates are the one that the signer names");
    return { ok: false, problem: another === undefined ? none : several, named: undefined };
  }
  const found = problemWith(payload, signer, certificate);
  if (found !== undefined) return { ok: false, problem: found, named: certificate };
  const others = certificates.filter((each) => each !== certificate);
  return { ok: true, value: { certificate, others, signer } };
}

/** Parses the armored form; nothing is verified. */
export function parseCms(armored: string): SignedData | X509Problem<"MALFORMED_SIGNATURE"> {
  const lines = armored.length <= MAX_ARMOR_CHARACTERS ? armorLines(armored, CMS_ARMOR_LABEL) : undefined;
  const bytes = lines === undefined ? undefined : decodeBase64Lines(lines);
  if (bytes === undefined) return problem("MALFORMED_SIGNATURE", "not the armor of one CMS signature");
  try {
    return parseSignedData(bytes);
  } catch (error) {
    if (!(error instanceof MalformedDer)) throw error;
    return problem("MALFORMED_SIGNATURE", error.message);
  }
}

function distinct(certificates: readonly Certificate[]): Certificate[] {
  return [...new Map(certificates.map((each) => [each.fingerprint, each])).values()];
}

function problemWith(
  payload: Uint8Array,
  { attributes, ...signer }: SignerInfo,
  { key }: Certificate,
): X509Problem<CmsCode> | undefined {
  const hash = hashOf(signer.digestAlgorithm);
  if (typeof hash !== "string") return hash;
  if ("code" in key) return key;
  const algorithm = signatureAlgorithmOf(signer.signatureAlgorithm, hash);
  if ("code" in algorithm) return algorithm;
  if (attributes.contentType !== DATA) {
    return problem("MALFORMED_SIGNATURE", "the signed content type is not the one of the message");
  }
  const digest = createHash(hash).update(payload).digest();
  if (!attributes.messageDigest.equals(digest)) return problem("BAD_SIGNATURE", "made over other content");
  if (!isSignedBy(key, algorithm, attributes.signed, signer.signature)) {
    return problem("BAD_SIGNATURE", "the key of the named certificate did not make it");
  }
  return undefined;
}
