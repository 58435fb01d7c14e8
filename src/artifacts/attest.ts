import { formatReference, type ImageReference, parseReference, type Registry } from "../oci/index.ts";
import { isNonEmpty } from "../refusal.ts";
import { type KubernetesObject, type Manifests, manifestsOf } from "../render/index.ts";
import type { Verified } from "../verified.ts";
import { mapLimited } from "../concurrency.ts";
import { findImages, type ImageUse } from "./find-images.ts";
import { type ImageVerdict, verifyImage } from "./image.ts";
import { replaceAt, toPointer } from "./json-path.ts";
import type { ArtifactRule } from "./rules.ts";
import type { ArtifactVerdict, ImageEvidence, ImageRefusal } from "./verdict.ts";

/** Distinct images in one change. */
const MAX_IMAGES = 500;
const CONCURRENCY = 4;

/** One image as it is written in one way, everywhere it is. */
interface Spelling {
  readonly image: string;
  readonly reference: ImageReference;
  readonly uses: readonly ImageUse[];
}

/**
 * Checks every image in the objects and pins it. A tag is resolved once, whatever the number of its uses
 * and spellings: what was verified, what policy sees and what is applied is the same digest.
 *
 * @param now when the tags are resolved, for the record; no key here expires
 */
export async function attest(
  manifests: Manifests,
  rules: readonly ArtifactRule[],
  registry: Registry,
  now: number,
): Promise<ArtifactVerdict> {
  const found = findImages(manifests.objects);
  const { spellings, refusals: invalid } = readSpellings(found.uses);
  const distinct = new Map(spellings.map(({ reference }) => [formatReference(reference), reference]));
  const excess = distinct.size > MAX_IMAGES ? [tooMany(distinct.size)] : [];
  const verdicts = isNonEmpty(excess)
    ? new Map<string, ImageVerdict>()
    : await verifyAll(distinct, rules, registry);
  const images = spellings.flatMap((spelling) => toEvidence(spelling, verdicts));
  const refusals = [
    ...found.refusals,
    ...invalid,
    ...excess,
    ...[...verdicts.values()].flatMap((verdict) => verdict.refusals),
  ];
  const verified = isNonEmpty(refusals) ? undefined : pin(manifests.objects, found.uses, images);
  return { images, refusals, notices: found.notices, resolvedAt: now, verified };
}

/** By the same keys, and in their order. */
async function verifyAll(
  images: ReadonlyMap<string, ImageReference>,
  rules: readonly ArtifactRule[],
  registry: Registry,
): Promise<ReadonlyMap<string, ImageVerdict>> {
  const verdicts = await mapLimited([...images], CONCURRENCY, async ([key, reference]) => {
    const verdict = await verifyImage(reference, rules, registry);
    return [key, verdict] as const;
  });
  return new Map(verdicts);
}

function readSpellings(uses: readonly ImageUse[]): {
  spellings: readonly Spelling[];
  refusals: readonly ImageRefusal[];
} {
  const spellings: Spelling[] = [];
  const refusals: ImageRefusal[] = [];
  for (const [image, where] of Map.groupBy(uses, (use) => use.image)) {
    const parsed = parseReference(image);
    if (parsed.ok) spellings.push({ image, reference: parsed.value, uses: where });
    else refusals.push(...parsed.refusals);
  }
  return { spellings, refusals };
}

function toEvidence(
  { image, reference, uses }: Spelling,
  verdicts: ReadonlyMap<string, ImageVerdict>,
): ImageEvidence[] {
  const verdict = verdicts.get(formatReference(reference));
  if (verdict?.digest === undefined || isNonEmpty(verdict.refusals)) return [];
  return [
    {
      image,
      uses: uses.map(({ object, path }) => ({ object, path: toPointer(path) })),
      reference: verdict.reference,
      digest: verdict.digest,
      signatures: verdict.signatures,
      attestations: [],
    },
  ];
}

/** The one place that vouches for images: each use holds the reference that was verified, digest included. */
function pin(
  objects: readonly KubernetesObject[],
  uses: readonly ImageUse[],
  images: readonly ImageEvidence[],
): Verified<Manifests> {
  const pinned = new Map(images.map(({ image, reference }) => [image, reference]));
  const copies = [...objects];
  for (const { image, index, path } of uses) {
    const reference = pinned.get(image);
    if (reference === undefined) throw new TypeError(`${image} was not verified`);
    copies[index] = replaceAt(copies[index] ?? null, path, reference) as KubernetesObject;
  }
  return manifestsOf(copies) as Verified<Manifests>;
}

function tooMany(found: number): ImageRefusal {
  return {
    code: "IMAGES_TOO_MANY",
    subject: "the change",
    message: `found ${found} different images, expected at most ${MAX_IMAGES}`,
    remedy: "split the change, or the gate",
  };
}
