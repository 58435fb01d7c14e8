/** git's own word for a commit (`%G?`), and ours. */
export interface Expected {
  readonly git: string;
  readonly code: string | null;
  /** Whether gitsign accepts it; as we do where left out. */
  readonly gitsign?: boolean;
  /** Whose it is, by the files that git and its helpers are given, and by the policy. */
  readonly signers?: readonly [byFiles: string, byPolicy: string];
}

const REFUSED = { git: "B", code: "BAD_SIGNATURE" } as const;

export const EXPECTED: Readonly<Record<string, Expected>> = {
  unsigned: { git: "N", code: "UNSIGNED" },
  "ssh: good": { git: "G", code: null, signers: ["ssh-good@bank.example", "ssh-good"] },
  "ssh: expired": { git: "U", code: "KEY_EXPIRED", signers: ["ssh-expired@bank.example", "ssh-expired"] },
  "ssh: revoked": { git: "B", code: "KEY_REVOKED" },
  "ssh: unknown": { git: "U", code: "UNKNOWN_KEY" },
  "ssh: tampered": REFUSED,
  "ssh-cert: good": { git: "G", code: null, signers: ["carol", "carol"] },
  "ssh-cert: expired": { git: "U", code: "KEY_EXPIRED", signers: ["carol", "carol"] },
  "ssh-cert: revoked": { git: "B", code: "KEY_REVOKED" },
  "ssh-cert: another": { git: "U", code: "PRINCIPAL_NOT_ALLOWED" },
  "ssh-cert: unknown": { git: "U", code: "UNKNOWN_AUTHORITY" },
  "ssh-cert: tampered": REFUSED,
  "openpgp: good": { git: "G", code: null, signers: ["gpg-good <gpg-good@bank.example>", "gpg-good"] },
  "openpgp: expired": { git: "Y", code: "KEY_EXPIRED" },
  "openpgp: revoked": { git: "R", code: "KEY_REVOKED" },
  "openpgp: unknown": { git: "E", code: "UNKNOWN_KEY" },
  "openpgp: tampered": REFUSED,
  "x509: good": { git: "G", code: null, signers: ["good@bank.example", "x509-good"] },
  "x509: unknown": { git: "U", code: "CERTIFICATE_UNTRUSTED" },
  "x509: tampered": REFUSED,
  "x509: expired": { git: "Y", code: "KEY_EXPIRED" },
  // gpgsm asks for revocation lists over the network, or not at all.
  "x509: revoked": { git: "G", code: "KEY_REVOKED" },
  // gpgsm makes nothing of what gitsign signs.
  "gitsign: good": {
    git: "N",
    code: null,
    signers: ["alice@bank.example", "gitsign"],
  },
  "gitsign: another": { git: "N", code: "PRINCIPAL_NOT_ALLOWED" },
  "gitsign: another provider": { git: "N", code: "PRINCIPAL_NOT_ALLOWED" },
  // It does not ask whether the certificate was valid when the signature was logged.
  "gitsign: expired": { git: "N", code: "KEY_EXPIRED", gitsign: true },
  "gitsign: unknown": { git: "N", code: "CERTIFICATE_UNTRUSTED" },
  // It asks the log.
  "gitsign: unlogged": { git: "N", code: "NOT_LOGGED", gitsign: true },
  "gitsign: tampered": { git: "N", code: "BAD_SIGNATURE" },
};

/** Of the commits above. */
export const COUNTS = {
  total: 29,
  verified: 5,
  refused: 24,
  byCode: {
    UNSIGNED: 1,
    BAD_SIGNATURE: 5,
    UNKNOWN_KEY: 2,
    UNKNOWN_AUTHORITY: 1,
    CERTIFICATE_UNTRUSTED: 2,
    PRINCIPAL_NOT_ALLOWED: 3,
    KEY_EXPIRED: 5,
    KEY_REVOKED: 4,
    NOT_LOGGED: 1,
  },
} as const;

/** Our word for each tag; git's is the same, where it knows the scheme. */
export const TAGS: Readonly<Record<string, string | null>> = {
  ssh: null,
  "ssh-tampered": "BAD_SIGNATURE",
  "ssh-cert": null,
  "ssh-cert-tampered": "BAD_SIGNATURE",
  openpgp: null,
  "openpgp-tampered": "BAD_SIGNATURE",
  x509: null,
  "x509-tampered": "BAD_SIGNATURE",
  gitsign: null,
  "gitsign-tampered": "BAD_SIGNATURE",
  "gitsign-another": "PRINCIPAL_NOT_ALLOWED",
};
