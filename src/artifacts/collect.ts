import { type Digest, isDigest } from "../digest.ts";
import {
  type Descriptor,
  parseManifest,
  type Registry,
  RegistryError,
  type RegistryErrorCode,
  type Repository,
} from "../oci/index.ts";
import { type Judged, passed, refused } from "../refusal.ts";
import { mapLimited } from "../concurrency.ts";
import type { Candidate, UnreadableCandidate } from "./signature.ts";
import { SIGNATURE_ANNOTATION, SIMPLE_SIGNING_MEDIA_TYPE } from "./simple-signing.ts";

/** An image after its tag was resolved, which happens once. */
export interface ResolvedImage {
  readonly repository: Repository;
  readonly digest: Digest;
  /** Pinned, for messages. */
  readonly reference: string;
}

/** Of one image, attestations included; a build signs once or twice. */
const MAX_SIGNATURES = 100;
/** A signature with a log entry has less than 20 KiB; an attestation beside it may have more, and is left. */
const MAX_SIGNATURE_BYTES = 64 * 1024;
const CONCURRENCY = 4;

export const BUNDLE_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
/** What a registry that knows only `config.mediaType` lists a bundle as. */
const EMPTY_MEDIA_TYPE = "application/vnd.oci.empty.v1+json";

/** A signature that was found; undefined when it turns out to be something else. */
type Fetch = () => Promise<Candidate | undefined>;

/**
 * Fetches what is attached to an image as its signature, in both layouts of cosign. Nothing is verified
 * here but digests. One that cannot be read is kept with its problem, so that it can neither stand for a
 * signature nor hide the good one beside it.
 */
export async function collectSignatures(
  image: ResolvedImage,
  registry: Registry,
  signal: AbortSignal,
): Promise<Judged<readonly Candidate[], "IMAGE_SIGNATURES_EXCESSIVE">> {
  try {
    const found = await Promise.all([
      findSimpleSignatures(image, registry, signal),
      findBundles(image, registry, signal),
    ]);
    const fetches = found.flat();
    if (fetches.length > MAX_SIGNATURES) return excessive(image, `${fetches.length} signatures`);
    const candidates = await mapLimited(fetches, CONCURRENCY, orProblem);
    return passed(candidates.filter((candidate) => candidate !== undefined));
  } catch (error) {
    if (error instanceof RegistryError && error.code === "TOO_MANY_REFERRERS") {
      return excessive(image, error.message);
    }
    throw error;
  }
}

/** What is wrong with one thing that somebody attached, and not with the registry or the way to it. */
const BAD_CONTENT: ReadonlySet<RegistryErrorCode> = new Set([
  "TOO_LARGE",
  "DIGEST_MISMATCH",
  "MALFORMED_RESPONSE",
]);

/** Keeps bad content to itself. Every other fault leaves open what there is, and is thrown on. */
async function orProblem<T>(fetch: () => Promise<T>): Promise<T | UnreadableCandidate> {
  try {
    return await fetch();
  } catch (error) {
    if (!(error instanceof RegistryError && BAD_CONTENT.has(error.code))) throw error;
    return { problem: error.message };
  }
}

/** cosign 2: the layers of the manifest tagged `sha256-<hex>.sig`, the signature in an annotation. */
async function findSimpleSignatures(
  { repository, digest }: ResolvedImage,
  registry: Registry,
  signal: AbortSignal,
): Promise<Fetch[]> {
  const tag = `${digest.replace(":", "-")}.sig`;
  const stored = await orProblem(() => registry.fetchManifest(repository, tag, signal));
  if (stored === undefined) return [];
  if ("problem" in stored) return [async () => stored];
  const { digest: manifest, bytes } = stored;
  const parsed = parseManifest(bytes);
  if (parsed?.kind !== "image") return [async () => ({ problem: "not an image manifest" })];
  const layers = parsed.layers.filter(({ mediaType }) => mediaType === SIMPLE_SIGNING_MEDIA_TYPE);
  return layers.map((layer) => async () => {
    const signature = layer.annotations?.[SIGNATURE_ANNOTATION];
    if (signature === undefined) return { problem: "a payload without a signature" };
    const content = await fetchContent(layer, repository, registry, signal);
    if ("problem" in content) return content;
    return {
      layout: "simplesigning",
      manifest,
      signature,
      blob: content.digest,
      payload: content.bytes,
    };
  });
}

/** cosign 3: manifests that name the image as their subject and have one Sigstore bundle as their layer. */
async function findBundles(image: ResolvedImage, registry: Registry, signal: AbortSignal): Promise<Fetch[]> {
  const referrers = await registry.fetchReferrers(image.repository, image.digest, signal);
  return referrers
    .filter(({ artifactType = BUNDLE_MEDIA_TYPE }) =>
      [BUNDLE_MEDIA_TYPE, EMPTY_MEDIA_TYPE].includes(artifactType),
    )
    .map((referrer) => () => fetchBundle(referrer, image, registry, signal));
}

async function fetchBundle(
  referrer: Descriptor,
  { repository, digest }: ResolvedImage,
  registry: Registry,
  signal: AbortSignal,
): Promise<Candidate | undefined> {
  if (!isDigest(referrer.digest)) return undefined;
  const manifest = referrer.digest;
  const stored = await registry.fetchManifest(repository, manifest, signal);
  if (stored === undefined) return { problem: "listed, but the registry does not have it" };
  const parsed = parseManifest(stored.bytes);
  if (parsed?.kind !== "image") return { problem: "not an image manifest" };
  const [layer, ...others] = parsed.layers;
  if (layer?.mediaType !== BUNDLE_MEDIA_TYPE || others.length > 0) return undefined;
  if (parsed.subject?.digest !== digest) return { problem: "attached to another image" };
  const content = await fetchContent(layer, repository, registry, signal);
  if ("problem" in content) return content;
  return { layout: "bundle", manifest, blob: content.digest, bundle: content.bytes };
}

async function fetchContent(
  { digest, size }: Descriptor,
  repository: Repository,
  registry: Registry,
  signal: AbortSignal,
): Promise<{ digest: Digest; bytes: Uint8Array } | UnreadableCandidate> {
  if (!isDigest(digest)) return { problem: "its content is not named by a SHA-256 digest" };
  if (size > MAX_SIGNATURE_BYTES)
    return { problem: `its content has ${size} bytes, too many for a signature` };
  const bytes = await registry.fetchBlob(repository, digest, size, signal);
  return bytes === undefined ? { problem: "the registry does not have its content" } : { digest, bytes };
}

function excessive({ reference }: ResolvedImage, found: string) {
  return refused({
    code: "IMAGE_SIGNATURES_EXCESSIVE",
    subject: reference,
    message: `found ${found}, expected at most ${MAX_SIGNATURES}`,
    remedy: "remove signatures and attestations of this image that are no longer needed",
  });
}
