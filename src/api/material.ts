import type { Digest } from "../digest.ts";

/** Milliseconds since the epoch; the window is [validAfter, validBefore). */
export interface WindowMaterial {
  readonly validAfter?: number;
  readonly validBefore?: number;
}

/** A public key, or whom an authority must name, as it was given; with the file or field it came from, for messages. */
export type KeyMaterial = WindowMaterial & { readonly origin: string } & (
    | { readonly scheme: "ssh"; readonly line: string }
    | { readonly scheme: "openpgp"; readonly armored: string }
    | { readonly scheme: "sigstore"; readonly issuer: string; readonly identity: string }
    | { readonly scheme: "x509"; readonly authority: string; readonly email: string }
    | { readonly scheme: "sshCertificate"; readonly authority: string; readonly principal: string }
  );

/** The content of a file or field. */
export interface TextMaterial {
  readonly origin: string;
  readonly text: string;
}

export interface X509AuthorityMaterial {
  readonly name: string;
  readonly origin: string;
  /** All in PEM. */
  readonly roots: TextMaterial;
  readonly intermediates?: TextMaterial;
  readonly revocationLists: readonly TextMaterial[];
}

export interface SshAuthorityMaterial extends WindowMaterial {
  readonly name: string;
  readonly origin: string;
  readonly line: string;
}

/** Who may say of others who they are. */
export interface AuthoritiesMaterial {
  readonly x509: readonly X509AuthorityMaterial[];
  readonly sshCertificates: readonly SshAuthorityMaterial[];
  /** The content of a `trusted_root.json`. */
  readonly sigstore?: TextMaterial;
}

/** A KRL or a list of keys, whose bytes need not be text. */
export interface RevokedKeysMaterial {
  readonly origin: string;
  readonly base64: string;
}

export interface SignerMaterial {
  readonly name: string;
  readonly roles: readonly string[];
  readonly emails?: readonly string[];
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

type RequirementMaterial = { readonly role: string } | { readonly signer: string };

export interface CommitRuleMaterial {
  readonly paths: readonly string[];
  readonly signedBy?:
    | { readonly role: string }
    | { readonly any: readonly RequirementMaterial[] }
    | { readonly all: readonly RequirementMaterial[] }
    | undefined;
  readonly approvedBy?:
    | {
        readonly role: string;
        readonly count: number;
        readonly notAuthor: boolean;
        readonly via: readonly ("merge" | "tag" | "note")[];
      }
    | undefined;
  readonly addresses?: readonly ("committer" | "author")[] | undefined;
}

/** A TrustPolicy with every key file read in, so that one digest covers all that trust rests on. */
export interface TrustMaterial {
  readonly name: string;
  readonly namespace: string;
  /** Of the canonical JSON of everything below. */
  readonly digest: Digest;
  readonly signers: readonly SignerMaterial[];
  readonly authorities: AuthoritiesMaterial;
  readonly revoked: { readonly sshKeys: readonly RevokedKeysMaterial[] };
  readonly history: {
    readonly start: string;
    readonly fastForwardOnly: boolean;
    readonly reset?: { readonly role: string; readonly count: number } | undefined;
  };
  readonly commits: readonly CommitRuleMaterial[];
  readonly artifacts: readonly ArtifactRuleMaterial[];
}
