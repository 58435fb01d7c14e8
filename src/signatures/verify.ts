import { SIGNATURE_LABEL } from "./openpgp/armor.ts";
import type { OpenpgpKeyring } from "./openpgp/keyring.ts";
import type { verifyOpenpgpSignature } from "./openpgp/verify.ts";
import type { SshKeyring } from "./ssh/keyring.ts";
import { SSH_ARMOR_LABEL } from "./ssh/sshsig.ts";
import { verifySshSignature } from "./ssh/verify.ts";
import { refuseSignature, type SignatureVerdict } from "./verdict.ts";

/** Every key that signatures are checked against; trust decides what each may do. */
export interface Keyring {
  readonly ssh: SshKeyring;
  readonly openpgp: OpenpgpKeyring;
}

/**
 * Judges what a commit or a tag carries as its signature, over the object's own bytes. The armor's first line
 * tells the scheme, as it does for git. Pure: the same arguments give the same verdict.
 *
 * SSH signatures are judged at once. The OpenPGP library answers through promises, and is loaded when the
 * first such signature comes: it is most of the time and memory that starting would take.
 */
export function verifySignature(
  payload: Uint8Array,
  signature: string | undefined,
  keyring: Keyring,
  now: number,
): SignatureVerdict | Promise<SignatureVerdict> {
  if (signature === undefined) return refuseSignature(null, "UNSIGNED", "there is no signature");
  if (signature.startsWith(`-----BEGIN ${SSH_ARMOR_LABEL}-----`)) {
    return verifySshSignature(payload, signature, keyring.ssh);
  }
  if (signature.startsWith(`-----BEGIN ${SIGNATURE_LABEL}-----`)) {
    return verifyOpenpgp(payload, signature, keyring.openpgp, now);
  }
  return refuseSignature(null, "UNSUPPORTED_SCHEME", "neither an SSH nor an OpenPGP signature");
}

async function verifyOpenpgp(...args: Parameters<typeof verifyOpenpgpSignature>): Promise<SignatureVerdict> {
  const { verifyOpenpgpSignature } = await import("./openpgp/verify.ts");
  return verifyOpenpgpSignature(...args);
}
