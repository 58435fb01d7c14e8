import type { Digest } from "../digest.ts";
import type { TrustedKey } from "./key.ts";
import type { ImageRefusalCode } from "./verdict.ts";

/** What a registry holds as a signature of an image; nothing about it has been checked but its digests. */
export type Candidate = SignatureContent | UnreadableCandidate;

export type SignatureContent = { readonly manifest: Digest; readonly blob: Digest } & (
  | {
      readonly layout: "simplesigning";
      readonly payload: Uint8Array;
      /** The annotation: base64. */
      readonly signature: string;
    }
  | { readonly layout: "bundle"; readonly bundle: Uint8Array }
);

/** It is there, but could not be read as what it should be. */
export interface UnreadableCandidate {
  readonly problem: string;
}

export type SignatureCode = Extract<
  ImageRefusalCode,
  "IMAGE_WRONG_KEY" | "IMAGE_SIGNATURE_INVALID" | "IMAGE_PAYLOAD_MISMATCH"
>;

export type SignatureVerdict =
  | { readonly ok: true; readonly key: TrustedKey; readonly identity: string | null }
  | { readonly ok: false; readonly code: SignatureCode; readonly message: string };

export function rejected(code: SignatureCode, message: string): SignatureVerdict {
  return { ok: false, code, message };
}
