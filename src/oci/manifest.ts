import { z } from "zod";
import type { Digest } from "../digest.ts";
import { parseJson } from "./json.ts";

export const MEDIA_TYPE = {
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociIndex: "application/vnd.oci.image.index.v1+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
} as const;

const IMAGE_TYPES: readonly string[] = [MEDIA_TYPE.ociManifest, MEDIA_TYPE.dockerManifest];
const INDEX_TYPES: readonly string[] = [MEDIA_TYPE.ociIndex, MEDIA_TYPE.dockerList];

/** A manifest as the registry holds it, its bytes hashed. */
export interface StoredManifest {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

const descriptorSchema = z.object({
  mediaType: z.string(),
  /** Not checked here: a layer that we never look at may be named by another algorithm than ours. */
  digest: z.string(),
  size: z.int().nonnegative(),
  artifactType: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});

export type Descriptor = z.output<typeof descriptorSchema>;

const common = { schemaVersion: z.literal(2), mediaType: z.string().optional() };

const imageSchema = z.object({
  ...common,
  artifactType: z.string().optional(),
  config: descriptorSchema,
  layers: z.array(descriptorSchema),
  subject: descriptorSchema.optional(),
  manifests: z.undefined().optional(),
});

const indexSchema = z.object({
  ...common,
  manifests: z.array(descriptorSchema),
  config: z.undefined().optional(),
  layers: z.undefined().optional(),
});

export type ImageManifest = z.output<typeof imageSchema> & { readonly kind: "image" };
export type ImageIndex = z.output<typeof indexSchema> & { readonly kind: "index" };

/**
 * Reads an image manifest or index of OCI or Docker (schema 2); undefined for anything else. What could be
 * read as both, or calls itself the other, is neither: which of the two a runtime sees would depend on a
 * header that nobody signed (CVE-2021-41190).
 */
export function parseManifest(bytes: Uint8Array): ImageManifest | ImageIndex | undefined {
  const value = parseJson(bytes);
  const image = imageSchema.safeParse(value);
  if (image.success && isOneOf(IMAGE_TYPES, image.data.mediaType)) return { kind: "image", ...image.data };
  const index = indexSchema.safeParse(value);
  if (index.success && isOneOf(INDEX_TYPES, index.data.mediaType)) return { kind: "index", ...index.data };
  return undefined;
}

/** OCI leaves the `mediaType` field out at will. */
function isOneOf(types: readonly string[], mediaType: string | undefined): boolean {
  return mediaType === undefined || types.includes(mediaType);
}
