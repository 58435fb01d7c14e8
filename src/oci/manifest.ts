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

/** Points at content by media type, digest and size. */
export interface Descriptor {
  readonly mediaType: string;
  /** Not checked here: a layer that we never look at may be named by another algorithm than ours. */
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ImageManifest {
  readonly kind: "image";
  readonly artifactType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  /** The manifest that this one is about, and is listed as a referrer of. */
  readonly subject?: Descriptor;
}

export interface ImageIndex {
  readonly kind: "index";
  readonly manifests: readonly Descriptor[];
}

/** Every field that decides how a manifest is read. */
const FIELDS = ["schemaVersion", "mediaType", "artifactType", "config", "layers", "subject", "manifests"];

/**
 * Reads an image manifest or index of OCI or Docker (schema 2); undefined for anything else. What could be
 * read as both, or calls itself the other, is neither: which of the two a runtime sees would depend on a
 * header that nobody signed (CVE-2021-41190).
 *
 * Written out, and not as a schema: it ends at the first thing that is wrong. Four megabytes of wrong things,
 * each reported, are seconds of work and gigabytes of memory.
 */
export function parseManifest(bytes: Uint8Array): ImageManifest | ImageIndex | undefined {
  const value = parseJson(bytes);
  if (!isRecord(value) || value.schemaVersion !== 2 || hasDisguisedField(value)) return undefined;
  return toImage(value) ?? toIndex(value);
}

function toImage(value: JsonRecord): ImageManifest | undefined {
  const { mediaType, artifactType, config, layers, subject, manifests } = value;
  if (manifests !== undefined || !isOneOf(IMAGE_TYPES, mediaType) || !isOptionalText(artifactType))
    return undefined;
  if (!isDescriptor(config) || !isDescriptors(layers)) return undefined;
  if (subject !== undefined && !isDescriptor(subject)) return undefined;
  return {
    kind: "image",
    config,
    layers,
    ...(artifactType !== undefined && { artifactType }),
    ...(subject !== undefined && { subject }),
  };
}

function toIndex({ mediaType, config, layers, manifests }: JsonRecord): ImageIndex | undefined {
  if (config !== undefined || layers !== undefined || !isOneOf(INDEX_TYPES, mediaType)) return undefined;
  // What Go makes of an empty list that was never made.
  const list = manifests === null ? [] : manifests;
  return isDescriptors(list) ? { kind: "index", manifests: list } : undefined;
}

/** `Manifests` is nothing to us, and the same as `manifests` to a runtime that is written in Go. */
function hasDisguisedField(value: JsonRecord): boolean {
  const known = new Set(FIELDS.map(foldKey));
  return Object.keys(value).some((key) => known.has(foldKey(key)) && !FIELDS.includes(key));
}

/** As Go's encoding/json compares: besides case, the long s and the Kelvin sign are `s` and `k` (Unicode folding). */
function foldKey(key: string): string {
  return key.replaceAll("\u017f", "s").replaceAll("\u212a", "k").toLowerCase();
}

/** OCI leaves the `mediaType` field out at will. */
function isOneOf(types: readonly string[], mediaType: unknown): boolean {
  return mediaType === undefined || (typeof mediaType === "string" && types.includes(mediaType));
}

function isDescriptors(value: unknown): value is Descriptor[] {
  return Array.isArray(value) && value.every(isDescriptor);
}

function isDescriptor(value: unknown): value is Descriptor {
  if (!isRecord(value)) return false;
  const { mediaType, digest, size, artifactType, annotations } = value;
  const complete = typeof mediaType === "string" && typeof digest === "string" && isSize(size);
  return complete && isOptionalText(artifactType) && (annotations === undefined || isTexts(annotations));
}

function isSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function isTexts(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((text) => typeof text === "string");
}

type JsonRecord = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
