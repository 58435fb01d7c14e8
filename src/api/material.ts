import type { Digest } from "../digest.ts";

/** A public key as it was given, with the file or field it came from, for messages. */
export type KeyMaterial = (
  | { readonly scheme: "ssh"; readonly line: string }
  | { readonly scheme: "openpgp"; readonly armored: string }
) & {
  readonly origin: string;
  /** Milliseconds since the epoch; the window is [validAfter, validBefore). */
  readonly validAfter?: number;
  readonly validBefore?: number;
};

export interface SignerMaterial {
  readonly name: string;
  readonly roles: readonly string[];
  readonly keys: readonly KeyMaterial[];
}

export interface CosignKeyMaterial {
  readonly origin: string;
  /** PEM, SubjectPublicKeyInfo. */
  readonly pem: string;
}

export interface ArtifactRuleMaterial {
  readonly match: readonly string[];
  readonly signedBy: { readonly any: readonly { readonly cosign: CosignKeyMaterial }[] };
}

export interface CommitRuleMaterial {
  readonly paths: readonly string[];
  readonly signedBy: { readonly role: string };
}

/** A TrustPolicy with every key file read in, so that one digest covers all that trust rests on. */
export interface TrustMaterial {
  readonly name: string;
  readonly namespace: string;
  /** Of the canonical JSON of everything below. */
  readonly digest: Digest;
  readonly signers: readonly SignerMaterial[];
  readonly history: { readonly start: string; readonly fastForwardOnly: boolean };
  readonly commits: readonly CommitRuleMaterial[];
  readonly artifacts: readonly ArtifactRuleMaterial[];
}
