import {
  type RefusedSignature,
  refuseSignature,
  type SignatureCode,
  type SignatureVerdict,
} from "../verdict.ts";
import {
  checkCertificate,
  isCertificateType,
  parseSshCertificate,
  type SshCertificate,
  type SshCertificateCode,
} from "./certificate.ts";
import { checkSignature, type SignatureOutcome } from "./check-signature.ts";
import type { SshKeyring } from "./keyring.ts";
import { fingerprintOf, isSshKeyType, type SshPublicKey } from "./public-key.ts";
import { isRevoked } from "./revocation/revoked-keys.ts";
import {
  GIT_NAMESPACE,
  isSshHashAlgorithm,
  parseSshSignature,
  type SshSignature,
  signedData,
} from "./sshsig.ts";

interface Problem {
  readonly code: SignatureCode;
  readonly message: string;
}

/** The key that must have made the signature, and how it comes to count. */
interface Signer {
  readonly key: SshPublicKey;
  /** The key of the keyring: the signer's own, or the authority that vouches for it. */
  readonly trusted: SshPublicKey;
  readonly certificate?: SshCertificate;
}

/**
 * Judges an armored SSH signature over `payload`. The key inside the signature only selects the trusted
 * key of the same fingerprint; verifying uses the key that was given as trusted. A certificate instead of a key
 * counts where a trusted authority made it; whom it names, and when it is valid, is in the verdict for trust to judge.
 */
export function verifySshSignature(
  payload: Uint8Array,
  armored: string,
  keyring: SshKeyring,
): SignatureVerdict {
  const parsed = parseSshSignature(armored);
  if (!parsed.ok) return refuseSignature("ssh", "MALFORMED_SIGNATURE", parsed.refusals[0].message);
  const signature = parsed.value;
  const { hashAlgorithm, namespace } = signature;
  const refuse = (
    { code, message }: Problem,
    key: string = fingerprintOf(signature.publicKey),
  ): RefusedSignature => refuseSignature("ssh", code, message, key);

  if (namespace !== GIT_NAMESPACE) {
    return refuse({
      code: "WRONG_NAMESPACE",
      message: `the signature was made for ${namespace}, expected git`,
    });
  }
  if (!isSshHashAlgorithm(hashAlgorithm)) {
    return refuse({
      code: "UNSUPPORTED_ALGORITHM",
      message: `hash ${hashAlgorithm}, expected sha256 or sha512`,
    });
  }
  const signer = findSigner(signature, keyring);
  if ("code" in signer) return refuse(signer);
  const { fingerprint } = signer.key;
  const problem =
    revocationOf(signer, keyring) ??
    problemOf(
      checkSignature(signer.key, signature, signedData(GIT_NAMESPACE, hashAlgorithm, payload)),
      signer.key,
    );
  if (problem !== undefined) return refuse(problem, fingerprint);
  return {
    ok: true,
    scheme: "ssh",
    key: fingerprint,
    trustedKey: signer.trusted.fingerprint,
    signedAt: undefined,
    ...(signer.certificate !== undefined && { certificate: signer.certificate }),
  };
}

function findSigner({ publicKey, keyType }: SshSignature, keyring: SshKeyring): Signer | Problem {
  if (isCertificateType(keyType)) return findCertified(publicKey, keyring);
  if (!isSshKeyType(keyType)) {
    return { code: "UNSUPPORTED_ALGORITHM", message: `keys of type ${keyType} are not supported` };
  }
  const fingerprint = fingerprintOf(publicKey);
  const key = keyring.keys.get(fingerprint);
  if (key !== undefined) return { key, trusted: key };
  return { code: "UNKNOWN_KEY", message: `no trusted key has the fingerprint ${fingerprint}` };
}

const CERTIFICATE_PROBLEMS: Readonly<Record<SshCertificateCode, SignatureCode>> = {
  MALFORMED_CERTIFICATE: "MALFORMED_SIGNATURE",
  UNSUPPORTED_CERTIFICATE: "UNSUPPORTED_ALGORITHM",
  WEAK_CERTIFICATE: "WEAK_ALGORITHM",
};

/**
 * What OpenSSH defines as critical options (`force-command`, `source-address`, `verify-required`) restricts logging
 * in. `ssh-keygen -Y verify` does not look at them; PROTOCOL.certkeys has a verifier refuse what it does not
 * enforce, and so a restricted certificate vouches for nothing here.
 */
function findCertified(blob: Uint8Array, keyring: SshKeyring): Signer | Problem {
  const parsed = parseSshCertificate(blob);
  if (!parsed.ok) {
    const [{ code, message }] = parsed.refusals;
    return { code: CERTIFICATE_PROBLEMS[code], message };
  }
  const certificate = parsed.value;
  const { key, authority, criticalOptions, kind } = certificate;
  if (kind !== "user") {
    return { code: "CERTIFICATE_INVALID", message: "a certificate for hosts, expected one for users" };
  }
  const trusted = keyring.authorities.get(authority.fingerprint);
  if (trusted === undefined) {
    return {
      code: "UNKNOWN_AUTHORITY",
      message: `no trusted authority has the fingerprint ${authority.fingerprint}`,
    };
  }
  const outcome = checkCertificate(certificate, trusted);
  if (outcome === "weak") {
    return { code: "WEAK_ALGORITHM", message: "the authority signed the certificate over SHA-1" };
  }
  if (outcome !== "good") {
    return {
      code: "CERTIFICATE_INVALID",
      message: `the authority ${trusted.fingerprint} did not make the certificate`,
    };
  }
  if (criticalOptions.length > 0) {
    return {
      code: "CERTIFICATE_RESTRICTED",
      message: `the certificate is restricted: ${criticalOptions.join(", ")}`,
    };
  }
  return { key, trusted, certificate };
}

function revocationOf({ key, certificate }: Signer, { revoked }: SshKeyring): Problem | undefined {
  if (!revoked.some((list) => isRevoked(list, certificate ?? key))) return undefined;
  const what = certificate === undefined ? "the key" : "the certificate, its key or its authority";
  return { code: "KEY_REVOKED", message: `${what} is revoked` };
}

function problemOf(outcome: SignatureOutcome, { type, fingerprint }: SshPublicKey): Problem | undefined {
  switch (outcome) {
    case "good":
      return undefined;
    case "bad":
      return { code: "BAD_SIGNATURE", message: `the key ${fingerprint} did not sign this` };
    case "untouched":
      return { code: "USER_PRESENCE_MISSING", message: "the security key signed without being touched" };
    case "weak":
      return {
        code: "WEAK_ALGORITHM",
        message: "an RSA signature over SHA-1, expected rsa-sha2-256 or rsa-sha2-512",
      };
    case "malformed":
      return { code: "MALFORMED_SIGNATURE", message: `not a signature of the kind that ${type} keys make` };
  }
}
