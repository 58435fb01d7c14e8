import { type CmsKeyring, verifyCmsSignature } from "./cms.ts";
import { SIGNATURE_LABEL } from "./openpgp/armor.ts";
import type { OpenpgpKeyring } from "./openpgp/keyring.ts";
import type { verifyOpenpgpSignature } from "./openpgp/verify.ts";
import type { SshKeyring } from "./ssh/keyring.ts";
import { SSH_ARMOR_LABEL } from "./ssh/sshsig.ts";
import { verifySshSignature } from "./ssh/verify.ts";
import { refuseSignature, type SignatureVerdict } from "./verdict.ts";
import { CMS_ARMOR_LABEL } from "./x509/cms.ts";
import type { X509Times } from "./x509/verify.ts";

/** All that signatures are checked against; trust decides what each may do. */
export interface Keyring extends CmsKeyring {
  readonly ssh: SshKeyring;
  readonly openpgp: OpenpgpKeyring;
}

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
  times: X509Times,
): SignatureVerdict | Promise<SignatureVerdict> {
  if (signature === undefined) return refuseSignature(null, "UNSIGNED", "there is no signature");
  if (signature.startsWith(`-----BEGIN ${SSH_ARMOR_LABEL}-----`)) {
    return verifySshSignature(payload, signature, keyring.ssh);
  }
  if (signature.startsWith(`-----BEGIN ${SIGNATURE_LABEL}-----`)) {
    return verifyOpenpgp(payload, signature, keyring.openpgp, times.now);
  }
  if (signature.startsWith(`-----BEGIN ${CMS_ARMOR_LABEL}-----`)) {
    return verifyCmsSignature(payload, signature, keyring, times);
  }
  return refuseSignature(null, "UNSUPPORTED_SCHEME", "neither an SSH, an OpenPGP nor a CMS signature");
}

async function verifyOpenpgp(...args: Parameters<typeof verifyOpenpgpSignature>): Promise<SignatureVerdict> {
  const { verifyOpenpgpSignature } = await import("./openpgp/verify.ts");
  return verifyOpenpgpSignature(...args);
}
