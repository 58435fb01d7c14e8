import { createHash, verify } from "node:crypto";
import { type RefusedSignature, refuseSignature, type SignatureVerdict } from "../verdict.ts";
import { fingerprintOf, isSshKeyType, type SshPublicKey } from "./public-key.ts";
import {
  GIT_NAMESPACE,
  isSshHashAlgorithm,
  parseSshSignature,
  type SshSignature,
  signedData,
} from "./sshsig.ts";
import { MalformedWire, WireReader } from "./wire.ts";

/** Trusted keys by fingerprint. */
export type SshKeyring = ReadonlyMap<string, SshPublicKey>;

/**
 * Judges an armored SSH signature over `payload`. The key inside the signature only selects the trusted
 * key of the same fingerprint; verifying uses the key that was given as trusted.
 */
export function verifySshSignature(
  payload: Uint8Array,
  armored: string,
  keyring: SshKeyring,
): SignatureVerdict {
  const parsed = parseSshSignature(armored);
  if (!parsed.ok) return refuseSignature("ssh", "MALFORMED_SIGNATURE", parsed.refusals[0].message);
  const signature = parsed.value;
  const fingerprint = fingerprintOf(signature.publicKey);
  const refuse = (code: RefusedSignature["code"], message: string): RefusedSignature =>
    refuseSignature("ssh", code, message, fingerprint);

  if (signature.namespace !== GIT_NAMESPACE) {
    return refuse("WRONG_NAMESPACE", `the signature was made for ${signature.namespace}, expected git`);
  }
  const { hashAlgorithm } = signature;
  if (!isSshHashAlgorithm(hashAlgorithm)) {
    return refuse("UNSUPPORTED_ALGORITHM", `hash ${hashAlgorithm}, expected sha256 or sha512`);
  }
  if (!isSshKeyType(signature.keyType)) {
    return refuse("UNSUPPORTED_ALGORITHM", `keys of type ${signature.keyType} are not supported`);
  }
  const key = keyring.get(fingerprint);
  if (key === undefined) return refuse("UNKNOWN_KEY", `no trusted key has the fingerprint ${fingerprint}`);
  if (key.type === "ssh-rsa" && signature.signatureType === "ssh-rsa") {
    return refuse("WEAK_ALGORITHM", "an RSA signature over SHA-1, expected rsa-sha2-256 or rsa-sha2-512");
  }
  switch (checkSignature(key, signature, signedData(GIT_NAMESPACE, hashAlgorithm, payload))) {
    case "good":
      return { ok: true, scheme: "ssh", key: fingerprint, trustedKey: fingerprint, signedAt: undefined };
    case "bad":
      return refuse("BAD_SIGNATURE", `the key ${fingerprint} did not sign this commit`);
    case "untouched":
      return refuse("USER_PRESENCE_MISSING", "the security key signed without being touched");
    case "malformed":
      return refuse("MALFORMED_SIGNATURE", `not a signature of the kind that ${key.type} keys make`);
  }
}

type Outcome = "good" | "bad" | "untouched" | "malformed";

function checkSignature(key: SshPublicKey, signature: SshSignature, data: Buffer): Outcome {
  try {
    switch (key.type) {
      case "ssh-rsa":
        return checkRsa(key, signature, data);
      case "ssh-ed25519":
      case "ecdsa-sha2-nistp256":
      case "ecdsa-sha2-nistp384":
      case "ecdsa-sha2-nistp521":
        return checkPlain(key, signature, data);
      case "sk-ssh-ed25519@openssh.com":
      case "sk-ecdsa-sha2-nistp256@openssh.com":
        return checkSecurityKey(key, signature, data);
    }
  } catch (error) {
    if (error instanceof MalformedWire) return "malformed";
    throw error;
  }
}

const RSA_HASHES: ReadonlyMap<string, string> = new Map([
  ["rsa-sha2-256", "sha256"],
  ["rsa-sha2-512", "sha512"],
]);

/** RFC 8332 section 3. Leading zero bytes may be missing, as OpenSSH allows. */
function checkRsa({ key }: SshPublicKey, { signatureType, signature }: SshSignature, data: Buffer): Outcome {
  const hash = RSA_HASHES.get(signatureType);
  const size = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  const bytes = onlyString(signature);
  if (hash === undefined || bytes.length === 0 || bytes.length > size) return "malformed";
  const padded = Buffer.concat([Buffer.alloc(size - bytes.length), bytes]);
  return verify(hash, data, key, padded) ? "good" : "bad";
}

/** RFC 8709 section 6 and RFC 5656 section 3.1.2: the signature's type is the key's. */
function checkPlain(key: SshPublicKey, { signatureType, signature }: SshSignature, data: Buffer): Outcome {
  if (signatureType !== key.type) return "malformed";
  return verifyRaw(key, data, onlyString(signature));
}

const USER_PRESENT = 0x01;

/**
 * PROTOCOL.u2f, "SSH U2F signatures": the authenticator signs
 *
 *     byte[32] SHA256(application)    byte flags    uint32 counter    byte[32] SHA256(message)
 */
function checkSecurityKey(
  key: SshPublicKey,
  { signatureType, signature }: SshSignature,
  data: Buffer,
): Outcome {
  if (signatureType !== key.type) return "malformed";
  const reader = new WireReader(signature);
  const bytes = reader.string();
  const flagsAndCounter = reader.raw(5);
  reader.end();
  const signed = Buffer.concat([sha256(key.application ?? ""), flagsAndCounter, sha256(data)]);
  const outcome = verifyRaw(key, signed, bytes);
  const touched = (flagsAndCounter.readUInt8() & USER_PRESENT) !== 0;
  return outcome === "good" && !touched ? "untouched" : outcome;
}

const CURVES: ReadonlyMap<string, { hash: string; size: number }> = new Map([
  ["ecdsa-sha2-nistp256", { hash: "sha256", size: 32 }],
  ["sk-ecdsa-sha2-nistp256@openssh.com", { hash: "sha256", size: 32 }],
  ["ecdsa-sha2-nistp384", { hash: "sha384", size: 48 }],
  ["ecdsa-sha2-nistp521", { hash: "sha512", size: 66 }],
]);

const ED25519_SIGNATURE_BYTES = 64;

function verifyRaw({ type, key }: SshPublicKey, data: Buffer, signature: Buffer): Outcome {
  const curve = CURVES.get(type);
  if (curve === undefined) {
    if (signature.length !== ED25519_SIGNATURE_BYTES) return "malformed";
    return verify(null, data, key, signature) ? "good" : "bad";
  }
  const reader = new WireReader(signature);
  const [r, s] = [reader.positive(), reader.positive()];
  reader.end();
  if (r.length > curve.size || s.length > curve.size) return "malformed";
  const raw = Buffer.alloc(2 * curve.size);
  raw.set(r, curve.size - r.length);
  raw.set(s, 2 * curve.size - s.length);
  return verify(curve.hash, data, { key, dsaEncoding: "ieee-p1363" }, raw) ? "good" : "bad";
}

function onlyString(bytes: Uint8Array): Buffer {
  const reader = new WireReader(bytes);
  const value = reader.string();
  reader.end();
  return value;
}

function sha256(data: Uint8Array | string): Buffer {
  return createHash("sha256").update(data).digest();
}
