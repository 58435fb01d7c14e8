import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { constants, zstdCompress } from "node:zlib";
import { arrange, type Entry, file } from "./entry.ts";
import { toTar } from "./tar.ts";

/**
 * An image as files: the OCI image layout (https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md).
 * Layers are compressed with zstd, whose output depends on its version and level alone; zlib's differs between
 * processors.
 */

const MEDIA_TYPES = {
  config: "application/vnd.oci.image.config.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+zstd",
  manifest: "application/vnd.oci.image.manifest.v1+json",
} as const;

const ZSTD_LEVEL = 6;

/** No build is younger or older than another. */
const CREATED = "1970-01-01T00:00:00Z";

const compress = promisify(zstdCompress);

export interface LayerSource {
  /** Shown by `docker history`. */
  readonly description: string;
  readonly entries: readonly Entry[];
}

export interface ImageSource {
  readonly architecture: string;
  /** As in the image specification's `config`. */
  readonly config: object;
  readonly annotations: Readonly<Record<string, string>>;
  readonly tag: string;
  /** What seldom changes comes first. */
  readonly layers: readonly LayerSource[];
}

export interface Layout {
  /** Of the manifest: what the image is known by. */
  readonly digest: string;
  readonly files: readonly Entry[];
}

interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly content: Uint8Array;
}

interface Layer {
  readonly blob: Blob;
  /** Of the tar before compression. */
  readonly diffId: string;
}

export async function makeLayout(image: ImageSource): Promise<Layout> {
  const layers = await Promise.all(image.layers.map(makeLayer));
  const config = jsonBlob(MEDIA_TYPES.config, configOf(image, layers));
  const manifest = jsonBlob(MEDIA_TYPES.manifest, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: descriptorOf(config),
    layers: layers.map(({ blob }) => descriptorOf(blob)),
    annotations: image.annotations,
  });
  const platform = { os: "linux", architecture: image.architecture };
  const annotations = { "org.opencontainers.image.ref.name": image.tag };
  const index = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.index,
    manifests: [{ ...descriptorOf(manifest), platform, annotations }],
  };
  const blobs = [config, manifest, ...layers.map(({ blob }) => blob)];
  return {
    digest: manifest.digest,
    files: arrange([
      file("oci-layout", JSON.stringify({ imageLayoutVersion: "1.0.0" })),
      file("index.json", JSON.stringify(index)),
      ...blobs.map(({ digest, content }) => file(`blobs/${digest.replace(":", "/")}`, content)),
    ]),
  };
}

function configOf(image: ImageSource, layers: readonly Layer[]): object {
  return {
    created: CREATED,
    architecture: image.architecture,
    os: "linux",
    config: image.config,
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: image.layers.map(({ description }) => ({ created: CREATED, created_by: description })),
  };
}

async function makeLayer({ entries }: LayerSource): Promise<Layer> {
  const tar = toTar(arrange(entries));
  const params = { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL };
  return { diffId: sha256(tar), blob: blobOf(MEDIA_TYPES.layer, await compress(tar, { params })) };
}

function jsonBlob(mediaType: string, value: object): Blob {
  return blobOf(mediaType, Buffer.from(JSON.stringify(value)));
}

function blobOf(mediaType: string, content: Uint8Array): Blob {
  return { mediaType, digest: sha256(content), size: content.length, content };
}

function descriptorOf({ mediaType, digest, size }: Blob): object {
  return { mediaType, digest, size };
}

function sha256(content: Uint8Array): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
