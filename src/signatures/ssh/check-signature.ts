import { createHash, verify } from "node:crypto";
import type { SshPublicKey } from "./public-key.ts";
import { MalformedWire, WireReader } from "./wire.ts";

/**
 * - `bad`: another key made it, or over other bytes.
 * - `untouched`: the security key says that nobody touched it.
 * - `weak`: an RSA signature over SHA-1.
 * - `malformed`: nothing that a key of this type makes.
 */
export type SignatureOutcome = "good" | "bad" | "untouched" | "weak" | "malformed";

/** A signature as it stands in a blob: its type, and what follows it. */
export interface TypedSignature {
  readonly signatureType: string;
  readonly signature: Uint8Array;
}

/** Reads `string type`, and leaves the rest to {@link checkSignature}. */
export function readTypedSignature(blob: Uint8Array): TypedSignature {
  const reader = new WireReader(blob);
  return { signatureType: reader.text(), signature: reader.rest() };
}

/** Checks one signature over `data` by one key; this is all the cryptography there is for SSH. */
export function checkSignature(
  key: SshPublicKey,
  signature: TypedSignature,
  data: Uint8Array,
): SignatureOutcome {
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
function checkRsa(
  { key }: SshPublicKey,
  { signatureType, signature }: TypedSignature,
  data: Uint8Array,
): SignatureOutcome {
  if (signatureType === "ssh-rsa") return "weak";
  const hash = RSA_HASHES.get(signatureType);
  const size = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  const bytes = onlyString(signature);
  if (hash === undefined || bytes.length === 0 || bytes.length > size) return "malformed";
  const padded = Buffer.concat([Buffer.alloc(size - bytes.length), bytes]);
  return verify(hash, data, key, padded) ? "good" : "bad";
}

/** RFC 8709 section 6 and RFC 5656 section 3.1.2: the signature's type is the key's. */
function checkPlain(
  key: SshPublicKey,
  { signatureType, signature }: TypedSignature,
  data: Uint8Array,
): SignatureOutcome {
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
  { signatureType, signature }: TypedSignature,
  data: Uint8Array,
): SignatureOutcome {
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

function verifyRaw({ type, key }: SshPublicKey, data: Uint8Array, signature: Buffer): SignatureOutcome {
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
