export { CLOCK_SKEW_MS } from "./clock.ts";
export { judgeCertificates } from "./judge-certificates.ts";
export type { Certificate, Component } from "./openpgp/certificate.ts";
export { buildOpenpgpKeyring, type KeyFile, type OpenpgpKeyring, readKeyFile } from "./openpgp/keyring.ts";
export { judgeRecordedKey as judgeRecordedOpenpgpKey } from "./openpgp/validity.ts";
export { identityKey, type SigstoreIdentity } from "./sigstore/identity.ts";
export { readSigstoreRoot } from "./sigstore/read-root.ts";
export type { SigstoreRoot } from "./sigstore/root.ts";
export {
  type AllowedAuthority,
  type AllowedSigner,
  type AllowedSigners,
  parseAllowedSigners,
} from "./ssh/allowed-signers.ts";
export { parseSshKeyLine } from "./ssh/key-line.ts";
export { buildSshKeyring, type SshKeyring, type SshKeyringParts } from "./ssh/keyring.ts";
export { namedBy, nameSigner } from "./ssh/pattern-list.ts";
export type { SshPublicKey } from "./ssh/public-key.ts";
export { type Krl, type KrlCode, parseKrl } from "./ssh/revocation/krl.ts";
export { type RevocationsCode, readRevocations } from "./ssh/revocation/read-revocations.ts";
export { isRevoked, type RevokedKeys } from "./ssh/revocation/revoked-keys.ts";
export { signSsh, toSshKeyLine } from "./ssh/sign.ts";
export type {
  Certified,
  GoodSignature,
  RefusedSignature,
  Scheme,
  SignatureCode,
  SignatureVerdict,
} from "./verdict.ts";
export { type Keyring, verifySignature } from "./verify.ts";
export { parseX509Authorities, parseX509RevocationLists, type X509Authority } from "./x509/material.ts";
