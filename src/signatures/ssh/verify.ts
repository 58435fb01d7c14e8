import { type RefusedSignature, refuseSignature, type SignatureVerdict } from "../verdict.ts";
import { checkSignature, type SignatureOutcome } from "./check-signature.ts";
import { findSigner, type Problem, toCertified } from "./find-signer.ts";
import type { SshKeyring } from "./keyring.ts";
import { fingerprintOf, type SshPublicKey } from "./public-key.ts";
import { GIT_NAMESPACE, isSshHashAlgorithm, parseSshSignature, signedData } from "./sshsig.ts";

/**
 * Judges an armored SSH signature over `payload`. The key inside the signature only selects the trusted
 * key of the same fingerprint; verifying uses the key that was given as trusted. A certificate in the place of the
 * key counts where a trusted authority made it; whom it names, and when, is in the verdict for trust to judge.
 */
export function verifySshSignature(
  payload: Uint8Array,
  armored: string,
  keyring: SshKeyring,
): SignatureVerdict {
  const parsed = parseSshSignature(armored);
  if (!parsed.ok) return refuseSignature("ssh", "MALFORMED_SIGNATURE", parsed.refusals[0].message);
  const signature = parsed.value;
  const { hashAlgorithm, namespace, publicKey } = signature;
  const refuse = ({ code, message }: Problem, key = fingerprintOf(publicKey)): RefusedSignature =>
    refuseSignature("ssh", code, message, key);

  if (namespace !== GIT_NAMESPACE) {
    const message = `the signature was made for ${namespace}, expected git`;
    return refuse({ code: "WRONG_NAMESPACE", message });
  }
  if (!isSshHashAlgorithm(hashAlgorithm)) {
    const message = `hash ${hashAlgorithm}, expected sha256 or sha512`;
    return refuse({ code: "UNSUPPORTED_ALGORITHM", message });
  }
  const signer = findSigner(signature, keyring);
  if ("code" in signer) return refuse(signer);
  const { key, trusted, certificate } = signer;
  const outcome = checkSignature(key, signature, signedData(GIT_NAMESPACE, hashAlgorithm, payload));
  const problem = problemOf(outcome, key);
  if (problem !== undefined) return refuse(problem, key.fingerprint);
  return {
    ok: true,
    scheme: "ssh",
    key: key.fingerprint,
    trustedKey: trusted.fingerprint,
    signedAt: undefined,
    ...(certificate !== undefined && { certified: toCertified(certificate, publicKey) }),
  };
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
