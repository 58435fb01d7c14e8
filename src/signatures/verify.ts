import { SIGNATURE_LABEL } from "./openpgp/armor.ts";
import type { OpenpgpKeyring } from "./openpgp/keyring.ts";
import type { verifyOpenpgpSignature } from "./openpgp/verify.ts";
import { identityKey, type SigstoreIdentity } from "./sigstore/identity.ts";
import { isGitsign } from "./sigstore/is-gitsign.ts";
import type { SigstoreRoot } from "./sigstore/root.ts";
import type { SshKeyring } from "./ssh/keyring.ts";
import { SSH_ARMOR_LABEL } from "./ssh/sshsig.ts";
import { verifySshSignature } from "./ssh/verify.ts";
import { refuseSignature, type SignatureVerdict } from "./verdict.ts";
import { CMS_ARMOR_LABEL } from "./x509/cms.ts";
import type { X509Authority } from "./x509/material.ts";
import { verifyX509Signature, type X509Times } from "./x509/verify.ts";

/** All that signatures are checked against; trust decides what each may do. */
export interface Keyring {
  readonly ssh: SshKeyring;
  readonly openpgp: OpenpgpKeyring;
  readonly x509: readonly X509Authority[];
  /** Undefined where nobody is trusted who signs with gitsign. */
  readonly sigstore: SigstoreRoot | undefined;
}

/** When it is judged, and when the commit or tag says that it was made. */
export type SignatureTimes = X509Times;

/**
 * Judges what a commit or a tag carries as its signature, over the object's own bytes. The armor's first line
 * tells the scheme, as it does for git; of CMS signatures, those with a certificate of a Fulcio are gitsign's. Pure:
 * the same arguments give the same verdict.
 *
 * SSH and X.509 signatures are judged at once. The OpenPGP library answers through promises, and it and Sigstore's
 * are loaded when the first such signature comes: they are most of the time and memory that starting would take.
 */
export function verifySignature(
  payload: Uint8Array,
  signature: string | undefined,
  keyring: Keyring,
  times: SignatureTimes,
): SignatureVerdict | Promise<SignatureVerdict> {
  if (signature === undefined) return refuseSignature(null, "UNSIGNED", "there is no signature");
  if (signature.startsWith(`-----BEGIN ${SSH_ARMOR_LABEL}-----`)) {
    return verifySshSignature(payload, signature, keyring.ssh);
  }
  if (signature.startsWith(`-----BEGIN ${SIGNATURE_LABEL}-----`)) {
    return verifyOpenpgp(payload, signature, keyring.openpgp, times.now);
  }
  if (signature.startsWith(`-----BEGIN ${CMS_ARMOR_LABEL}-----`)) {
    return isGitsign(signature)
      ? verifySigstore(payload, signature, keyring.sigstore, times)
      : verifyX509(payload, signature, keyring.x509, times);
  }
  return refuseSignature(null, "UNSUPPORTED_SCHEME", "neither an SSH, an OpenPGP nor a CMS signature");
}

async function verifyOpenpgp(...args: Parameters<typeof verifyOpenpgpSignature>): Promise<SignatureVerdict> {
  const { verifyOpenpgpSignature } = await import("./openpgp/verify.ts");
  return verifyOpenpgpSignature(...args);
}

function verifyX509(...args: Parameters<typeof verifyX509Signature>): SignatureVerdict {
  const verdict = verifyX509Signature(...args);
  const key = verdict.signer?.fingerprint ?? null;
  if (!verdict.ok) return refuseSignature("x509", verdict.code, verdict.message, key);
  const { signer, authorities, root, signedAt } = verdict;
  const { subject, emails } = signer;
  return {
    ok: true,
    scheme: "x509",
    key: signer.fingerprint,
    trustedKey: root,
    signedAt,
    // The chain's own windows were open at every time that counts.
    certified: { authorities, names: emails, subject, validAfter: -Infinity, validBefore: Infinity },
  };
}

async function verifySigstore(
  payload: Uint8Array,
  armored: string,
  root: SigstoreRoot | undefined,
  { now }: SignatureTimes,
): Promise<SignatureVerdict> {
  if (root === undefined) {
    return refuseSignature(
      "gitsign",
      "CERTIFICATE_UNTRUSTED",
      "made with gitsign, and no Sigstore is trusted",
    );
  }
  const { verifyGitsign } = await import("./sigstore/verify.ts");
  const verdict = verifyGitsign(payload, armored, root, { now });
  if (!verdict.ok) {
    const named = verdict.named === null ? null : show(verdict.named);
    return refuseSignature("gitsign", verdict.code, verdict.message, named);
  }
  return {
    ok: true,
    scheme: "gitsign",
    key: show(verdict),
    trustedKey: identityKey(verdict),
    signedAt: undefined,
    loggedAt: verdict.loggedAt,
  };
}

function show({ identity, issuer }: SigstoreIdentity): string {
  return `${identity} (${issuer})`;
}
