import type { Digest } from "../digest.ts";
import {
  formatReference,
  formatRepository,
  type ImageReference,
  parseManifest,
  type Registry,
} from "../oci/index.ts";
import { collectSignatures } from "./collect.ts";
import { type ArtifactRule, rulesFor } from "./rules.ts";
import type { ImageRefusal, SignatureEvidence } from "./verdict.ts";
import { verifyRule } from "./verify.ts";

/** For everything that is asked about one image: manifest, signatures, referrers, logins and retries. */
const MAX_IMAGE_MS = 60_000;

export interface ImageVerdict {
  /** Pinned where the tag was resolved; as it was asked for otherwise. */
  readonly reference: string;
  readonly digest: Digest | undefined;
  /** What was accepted, by any rule, also where another rule refuses. */
  readonly signatures: readonly SignatureEvidence[];
  /** None: every matching rule holds. */
  readonly refusals: readonly ImageRefusal[];
}

/**
 * Resolves one image and checks its signatures against every rule that matches it. A registry that no rule
 * names is never asked. Throws RegistryError where the registry cannot be asked.
 *
 * A digest is taken as it is, whatever tag stands before it. A multi-platform image is signed as a whole:
 * what counts is a signature on the index, as with `cosign verify`.
 */
export async function verifyImage(
  image: ImageReference,
  rules: readonly ArtifactRule[],
  registry: Registry,
): Promise<ImageVerdict> {
  const { repository, tag } = image;
  const asked = formatReference(image);
  const matching = rulesFor(rules, repository);
  if (matching.length === 0) return refuse(notMatched(asked, formatRepository(repository)));
  const signal = AbortSignal.timeout(MAX_IMAGE_MS);
  const stored = await registry.fetchManifest(repository, image.digest ?? tag ?? "latest", signal);
  if (stored === undefined) return refuse(notFound(asked, repository.registry));
  if (parseManifest(stored.bytes) === undefined) return refuse(malformed(asked));
  const { digest } = stored;
  const reference = formatReference({ ...image, digest });
  const candidates = await collectSignatures({ repository, digest, reference }, registry, signal);
  if (!candidates.ok) return { reference, digest, signatures: [], refusals: candidates.refusals };
  const verdicts = matching.map((rule) => verifyRule(rule, { digest, reference }, candidates.value));
  return {
    reference,
    digest,
    signatures: distinct(verdicts.flatMap((verdict) => (verdict.ok ? verdict.signatures : []))),
    refusals: verdicts.flatMap((verdict) => (verdict.ok ? [] : [verdict.refusal])),
  };
}

/** Two rules may have accepted one signature. */
function distinct(signatures: readonly SignatureEvidence[]): SignatureEvidence[] {
  const seen = new Map(signatures.map((each) => [`${each.manifest} ${each.blob} ${each.key}`, each]));
  return [...seen.values()];
}

function refuse(refusal: ImageRefusal): ImageVerdict {
  return { reference: refusal.subject, digest: undefined, signatures: [], refusals: [refusal] };
}

function notMatched(subject: string, name: string): ImageRefusal {
  return {
    code: "IMAGE_NOT_MATCHED",
    subject,
    message: `no entry of \`artifacts\` in the trust policy matches ${name}`,
    remedy: "say in the trust policy who signs these images, or use one that is listed there",
  };
}

function notFound(subject: string, registry: string): ImageRefusal {
  return {
    code: "IMAGE_NOT_FOUND",
    subject,
    message: `${registry} has no such image`,
    remedy: "check the name and the tag, and that the image was pushed",
  };
}

function malformed(subject: string): ImageRefusal {
  return {
    code: "IMAGE_MALFORMED",
    subject,
    message:
      "what the registry holds is neither an image manifest nor an image index (OCI, or Docker schema 2)",
    remedy: "push the image with a current tool",
  };
}
