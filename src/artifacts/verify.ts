import type { Digest } from "../digest.ts";
import { verifyBundle } from "./bundle.ts";
import type { TrustedKey } from "./key.ts";
import type { ArtifactRule } from "./rules.ts";
import {
  type Candidate,
  rejected,
  type SignatureCode,
  type SignatureContent,
  type SignatureVerdict,
} from "./signature.ts";
import { verifySimpleSigning } from "./simple-signing.ts";
import type { ImageRefusal, SignatureEvidence } from "./verdict.ts";

/** Synchronous and without a clock: bytes, digest and keys decide. Cosign keys are trusted until removed. */
export function verifyCandidate(
  candidate: Candidate,
  digest: Digest,
  keys: readonly TrustedKey[],
): SignatureVerdict {
  if ("problem" in candidate) return rejected("IMAGE_SIGNATURE_INVALID", candidate.problem);
  return candidate.layout === "bundle"
    ? verifyBundle(candidate.bundle, digest, keys)
    : verifySimpleSigning(candidate.payload, candidate.signature, digest, keys);
}

export type RuleVerdict =
  | { readonly ok: true; readonly signatures: readonly SignatureEvidence[] }
  | { readonly ok: false; readonly refusal: ImageRefusal };

/** Whether one rule holds for an image: one good signature is enough, and a bad one beside it is no harm. */
export function verifyRule(
  rule: ArtifactRule,
  image: { readonly digest: Digest; readonly reference: string },
  candidates: readonly Candidate[],
): RuleVerdict {
  const verdicts = candidates.map((candidate) => ({
    candidate,
    verdict: verifyCandidate(candidate, image.digest, rule.keys),
  }));
  const signatures = verdicts.flatMap(({ candidate, verdict }) =>
    verdict.ok && "blob" in candidate ? [toEvidence(candidate, verdict)] : [],
  );
  if (signatures.length > 0) return { ok: true, signatures };
  return {
    ok: false,
    refusal: refuse(
      rule,
      image.reference,
      verdicts.map(({ verdict }) => verdict),
    ),
  };
}

function toEvidence(
  { layout, manifest, blob }: SignatureContent,
  { key, identity }: Extract<SignatureVerdict, { ok: true }>,
): SignatureEvidence {
  return { key: key.fingerprint, origin: key.origin, layout, manifest, blob, identity };
}

/** Most telling first: a trusted key's misplaced signature says more than a stranger's. */
const TELLING: readonly SignatureCode[] = [
  "IMAGE_PAYLOAD_MISMATCH",
  "IMAGE_SIGNATURE_INVALID",
  "IMAGE_WRONG_KEY",
];

const REMEDIES: Readonly<Record<SignatureCode, string>> = {
  IMAGE_PAYLOAD_MISMATCH: "sign this image itself: `cosign sign --key … <image>@<digest>`",
  IMAGE_SIGNATURE_INVALID: "find out who put it there; then sign the image again",
  IMAGE_WRONG_KEY: "sign with a key of that rule, or add the signer's key to it",
};

function refuse(rule: ArtifactRule, reference: string, verdicts: readonly SignatureVerdict[]): ImageRefusal {
  const expected = `expected a signature by ${rule.keys.map(({ origin }) => origin).join(" or ")} (${rule.origin})`;
  const failures = verdicts.filter((verdict) => !verdict.ok);
  const worst = TELLING.map((code) => failures.find((failure) => failure.code === code)).find(
    (failure) => failure !== undefined,
  );
  if (worst === undefined) {
    return {
      code: "IMAGE_UNSIGNED",
      subject: reference,
      message: `found no signature, ${expected}`,
      remedy: "sign it: `cosign sign --key … <image>@<digest>`",
    };
  }
  const { code, message } = worst;
  const found = `found ${failures.length} of no use (${message})`;
  return { code, subject: reference, message: `${found}, ${expected}`, remedy: REMEDIES[code] };
}
