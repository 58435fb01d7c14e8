import { type Digest, isDigest, sha256 } from "../digest.ts";
import { type Descriptor, MEDIA_TYPE, parseManifest } from "../oci/index.ts";

export interface HeldManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** What a registry keeps: blobs and manifests by digest, tags by repository. In memory, until it is closed. */
export class RegistryStore {
  readonly #blobs = new Map<Digest, Uint8Array>();
  readonly #repositories = new Map<string, Map<string, HeldManifest>>();

  /** False where the bytes are not what the digest says. */
  putBlob(digest: Digest, bytes: Uint8Array): boolean {
    if (sha256(bytes) !== digest) return false;
    this.#blobs.set(digest, bytes);
    return true;
  }

  blob(digest: Digest): Uint8Array | undefined {
    return this.#blobs.get(digest);
  }

  /** Under its digest, and under `reference` too if that is a tag; a tag moves. Undefined for a wrong digest. */
  putManifest(
    repository: string,
    reference: string,
    mediaType: string,
    bytes: Uint8Array,
  ): HeldManifest | undefined {
    const manifest: HeldManifest = { digest: sha256(bytes), mediaType, bytes };
    if (isDigest(reference) && reference !== manifest.digest) return undefined;
    const manifests = this.#repositories.get(repository) ?? new Map<string, HeldManifest>();
    this.#repositories.set(repository, manifests.set(manifest.digest, manifest).set(reference, manifest));
    return manifest;
  }

  manifest(repository: string, reference: string): HeldManifest | undefined {
    return this.#repositories.get(repository)?.get(reference);
  }

  tags(repository: string): string[] {
    const references = [...(this.#repositories.get(repository)?.keys() ?? [])];
    return references.filter((reference) => !isDigest(reference)).toSorted((a, b) => (a < b ? -1 : 1));
  }

  /** The manifests that name `subject`, as the referrers API lists them. */
  referrers(repository: string, subject: Digest): Descriptor[] {
    const manifests = [...(this.#repositories.get(repository) ?? [])];
    return manifests.flatMap(([key, { digest, bytes }]) => {
      const manifest = parseManifest(bytes);
      if (key !== digest || manifest?.kind !== "image" || manifest.subject?.digest !== subject) return [];
      const artifactType = manifest.artifactType ?? manifest.config.mediaType;
      return [{ mediaType: MEDIA_TYPE.ociManifest, digest, size: bytes.length, artifactType }];
    });
  }
}
