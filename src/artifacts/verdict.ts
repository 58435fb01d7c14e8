import type { Digest } from "../digest.ts";
import type { Refusal } from "../refusal.ts";
import type { Manifests } from "../render/index.ts";
import type { Verified } from "../verified.ts";
import type { ImageNotice } from "./image-fields.ts";

export type ImageRefusalCode =
  /** A container without an image, or with one that is not text. */
  | "IMAGE_MISSING"
  | "IMAGE_REFERENCE_INVALID"
  | "IMAGES_TOO_MANY"
  /** No `artifacts` entry is about it. */
  | "IMAGE_NOT_MATCHED"
  | "IMAGE_NOT_FOUND"
  /** Neither an image manifest nor an index. */
  | "IMAGE_MALFORMED"
  | "IMAGE_UNSIGNED"
  /** Signed, but by no trusted key (or altered since, which looks the same). */
  | "IMAGE_WRONG_KEY"
  /** A signature that is malformed, or that names a trusted key and was not made by it. */
  | "IMAGE_SIGNATURE_INVALID"
  /** A trusted key did sign, but something else than that this image is good. */
  | "IMAGE_PAYLOAD_MISMATCH"
  | "IMAGE_SIGNATURES_EXCESSIVE";

export type ImageRefusal = Refusal<ImageRefusalCode>;

export type SignatureLayout = "simplesigning" | "bundle";

/** A signature that was accepted, and everything needed to find and check it again. */
export interface SignatureEvidence {
  /** SHA-256 of the SubjectPublicKeyInfo of the key that made it. */
  readonly key: Digest;
  /** The file or field that the key was trusted from. */
  readonly origin: string;
  readonly layout: SignatureLayout;
  /** The manifest that holds it, and the signed payload or bundle in there. */
  readonly manifest: Digest;
  readonly blob: Digest;
  /** The repository that the signer named in the payload (simple signing only); for policy to judge. */
  readonly identity: string | null;
}

export interface ImageEvidence {
  /** As the manifest has it. */
  readonly image: string;
  readonly uses: readonly { readonly object: string /** JSON pointer. */; readonly path: string }[];
  /** In full and pinned: `registry/path:tag@sha256:…`. */
  readonly reference: string;
  readonly digest: Digest;
  readonly signatures: readonly SignatureEvidence[];
  readonly attestations: readonly [];
}

export interface ArtifactVerdict {
  /** The images that hold, also where others do not. */
  readonly images: readonly ImageEvidence[];
  readonly refusals: readonly ImageRefusal[];
  readonly notices: readonly ImageNotice[];
  /** When the tags were resolved; milliseconds since the epoch. */
  readonly resolvedAt: number;
  /** The same objects with every image pinned to the digest that was verified; only without refusals. */
  readonly verified: Verified<Manifests> | undefined;
}
