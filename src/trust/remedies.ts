import type { CommitCode } from "./judge-commit.ts";

/** `HISTORY_REWRITTEN` is about a range as a whole; the others are about one commit. */
export type RefusalCode = CommitCode | "HISTORY_REWRITTEN";

/** What a person can do about it. */
export const REMEDIES: Readonly<Record<RefusalCode, string>> = {
  UNSIGNED: "sign the commit: `git commit --amend -S`, or `git rebase --exec` for an older one",
  MALFORMED_SIGNATURE: "sign the commit again with git",
  UNSUPPORTED_SCHEME: "sign with an SSH, OpenPGP or X.509 key, or with gitsign",
  UNSUPPORTED_ALGORITHM: "sign with an ed25519, ECDSA or RSA key and SHA-2",
  WEAK_ALGORITHM: "sign with a stronger key and hash: ed25519, or RSA of 2048 bits or more, with SHA-2",
  WRONG_NAMESPACE: "sign with git itself, which uses the namespace git",
  UNKNOWN_KEY: "sign with a key that the trust policy names, or have this key added to it",
  BAD_SIGNATURE: "find out who changed the commit after it was signed; do not sign it again unread",
  USER_PRESENCE_MISSING: "sign again, and touch the security key",
  KEY_NOT_FOR_SIGNING: "sign with a subkey that may sign",
  KEY_INVALID:
    "renew the key's self-signature (`gpg --quick-set-expire`) and export it to the trust policy again",
  KEY_NOT_YET_VALID: "check the key's validAfter and the clock of whoever committed",
  KEY_EXPIRED: "extend the key or its validBefore, or have somebody with a current key sign",
  KEY_REVOKED: "have somebody whose key is not revoked review the change and sign it",
  SIGNATURE_EXPIRED: "sign the commit again",
  SIGNATURE_IN_FUTURE: "set the clock of whoever signed, and sign again",
  UNKNOWN_AUTHORITY:
    "sign with a certificate of an authority that is trusted (`sshCertificates`, `cert-authority`)",
  CERTIFICATE_INVALID: "have the certificate made again, for users, by the authority that is trusted",
  CERTIFICATE_RESTRICTED: "have a certificate made without force-command, source-address or verify-required",
  PRINCIPAL_NOT_ALLOWED:
    "have a certificate made for a name that the trust gives to somebody, or have this name added to it",
  CERTIFICATE_MISSING: "sign again with the signer's certificate in the signature, as gpgsm and gitsign do",
  CERTIFICATE_UNTRUSTED:
    "sign with a certificate of a trusted authority, or have the authority's roots added to the trust",
  CERTIFICATE_UNSUPPORTED: "have a certificate made without name constraints and unusual critical extensions",
  REVOCATION_UNKNOWN: "give the authority's current revocation list to the trust",
  IDENTITY_MISSING: "have a certificate made that names one person, and one identity provider",
  NOT_LOGGED: "sign again with the log entry in the signature: `git config gitsign.rekorMode offline`",
  LOG_ENTRY_INVALID: "sign again with gitsign, against the log that the trusted root names",
  SHA1_COLLISION: "find out who brought that object: it does not come about by accident",
  MALFORMED_COMMIT: "write the commit again with git",
  COMMIT_IN_FUTURE: "set the clock of whoever committed, and commit again",
  ROLE_MISSING: "have somebody with that role sign the change",
  HISTORY_REWRITTEN: "revert with a new commit instead of rewinding or rebasing the branch",
  SIGNER_NOT_ALLOWED: "have somebody whom the rule names sign the change",
  COMMITTER_MISMATCH:
    "commit with an address of your own (`git config user.email`), or have it added to your `emails`",
  AUTHOR_MISMATCH:
    "have the author sign the commit, or name yourself as its author (`git commit --amend --reset-author`)",
  APPROVAL_MISSING:
    "have more people approve: `sluice approve --commit`, a signed tag, or a signed merge; `sluice trust explain` says who is needed",
  PATH_NOT_COVERED: "add a rule for the path to the trust policy, or leave the path alone",
};
