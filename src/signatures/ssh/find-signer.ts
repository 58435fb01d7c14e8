import type { Certified, SignatureCode } from "../verdict.ts";
import {
  checkCertificate,
  isCertificateType,
  parseSshCertificate,
  type SshCertificate,
  type SshCertificateCode,
} from "./certificate.ts";
import type { SshKeyring } from "./keyring.ts";
import { fingerprintOf, isSshKeyType, type SshPublicKey } from "./public-key.ts";
import { isRevoked } from "./revocation/revoked-keys.ts";
import type { SshSignature } from "./sshsig.ts";

export interface Problem {
  readonly code: SignatureCode;
  readonly message: string;
}

/** The key that must have made the signature, and how it comes to count. */
export interface Signer {
  readonly key: SshPublicKey;
  /** The key of the keyring: the signer's own, or the authority that vouches for it. */
  readonly trusted: SshPublicKey;
  readonly certificate?: SshCertificate;
}

/**
 * Finds whom the key or certificate inside a signature claims to be. It only selects: what is trusted comes from
 * the keyring, and nothing is known yet about who made the signature.
 */
export function findSigner({ publicKey, keyType }: SshSignature, keyring: SshKeyring): Signer | Problem {
  const signer = isCertificateType(keyType)
    ? findCertified(publicKey, keyring)
    : findKey(publicKey, keyType, keyring);
  if ("code" in signer) return signer;
  return revocationOf(signer, keyring) ?? signer;
}

/** What a certificate says whose authority is trusted, and which nobody has revoked. */
export function judgeSshCertificate(blob: Uint8Array, keyring: SshKeyring): Certified | Problem {
  const signer = findCertified(blob, keyring);
  if ("code" in signer) return signer;
  return revocationOf(signer, keyring) ?? toCertified(signer.certificate, blob);
}

export function toCertified(
  { authority, principals, validAfter, validBefore }: SshCertificate,
  blob: Uint8Array,
): Certified {
  const authorities = [authority.fingerprint];
  return { authorities, names: principals, validAfter, validBefore, certificates: [blob] };
}

function findKey(blob: Uint8Array, type: string, { keys }: SshKeyring): Signer | Problem {
  if (!isSshKeyType(type)) {
    return { code: "UNSUPPORTED_ALGORITHM", message: `keys of type ${type} are not supported` };
  }
  const fingerprint = fingerprintOf(blob);
  const key = keys.get(fingerprint);
  if (key !== undefined) return { key, trusted: key };
  return { code: "UNKNOWN_KEY", message: `no trusted key has the fingerprint ${fingerprint}` };
}

const CERTIFICATE_PROBLEMS: Readonly<Record<SshCertificateCode, SignatureCode>> = {
  MALFORMED_CERTIFICATE: "MALFORMED_SIGNATURE",
  UNSUPPORTED_CERTIFICATE: "UNSUPPORTED_ALGORITHM",
  WEAK_CERTIFICATE: "WEAK_ALGORITHM",
};

type CertifiedSigner = Signer & Required<Pick<Signer, "certificate">>;

function findCertified(blob: Uint8Array, { authorities }: SshKeyring): CertifiedSigner | Problem {
  const parsed = parseSshCertificate(blob);
  if (!parsed.ok) {
    const [{ code, message }] = parsed.refusals;
    return { code: CERTIFICATE_PROBLEMS[code], message };
  }
  const certificate = parsed.value;
  const { fingerprint } = certificate.authority;
  const trusted = authorities.get(fingerprint);
  if (trusted === undefined) {
    return { code: "UNKNOWN_AUTHORITY", message: `no trusted authority has the fingerprint ${fingerprint}` };
  }
  return certificateProblem(certificate, trusted) ?? { key: certificate.key, trusted, certificate };
}

/**
 * What OpenSSH defines as critical options (`force-command`, `source-address`, `verify-required`) restricts logging
 * in. `ssh-keygen -Y verify` does not look at them; PROTOCOL.certkeys has a verifier refuse what it does not
 * enforce, and so a restricted certificate vouches for nothing here.
 */
function certificateProblem(certificate: SshCertificate, authority: SshPublicKey): Problem | undefined {
  const { kind, criticalOptions } = certificate;
  if (kind !== "user") {
    return { code: "CERTIFICATE_INVALID", message: "a certificate for hosts, expected one for users" };
  }
  const outcome = checkCertificate(certificate, authority);
  if (outcome === "weak") {
    return { code: "WEAK_ALGORITHM", message: "the authority signed the certificate over SHA-1" };
  }
  if (outcome !== "good") {
    const message = `the authority ${authority.fingerprint} did not make the certificate`;
    return { code: "CERTIFICATE_INVALID", message };
  }
  if (criticalOptions.length === 0) return undefined;
  const message = `the certificate is restricted: ${criticalOptions.join(", ")}`;
  return { code: "CERTIFICATE_RESTRICTED", message };
}

function revocationOf({ key, certificate }: Signer, { revoked }: SshKeyring): Problem | undefined {
  if (!revoked.some((list) => isRevoked(list, certificate ?? key))) return undefined;
  const what = certificate === undefined ? "the key" : "the certificate, its key or its authority";
  return { code: "KEY_REVOKED", message: `${what} is revoked` };
}
