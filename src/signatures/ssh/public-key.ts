import { createHash, createPublicKey, type KeyObject, type webcrypto } from "node:crypto";
import { type Judged, passed, refused } from "../../refusal.ts";
import { MalformedWire, WireReader } from "./wire.ts";

type JsonWebKey = webcrypto.JsonWebKey;

const KEY_TYPES = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "ssh-rsa",
  "sk-ssh-ed25519@openssh.com",
  "sk-ecdsa-sha2-nistp256@openssh.com",
] as const;

export type SshKeyType = (typeof KEY_TYPES)[number];

export interface SshPublicKey {
  readonly type: SshKeyType;
  /** In wire form. */
  readonly blob: Uint8Array;
  /** `SHA256:` and unpadded base64, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** Imported once, so that verifying is one call. */
  readonly key: KeyObject;
  /** The FIDO relying party of a security key (`ssh:`); undefined for the others. */
  readonly application: string | undefined;
}

export type SshKeyCode = "MALFORMED_KEY" | "UNSUPPORTED_KEY" | "WEAK_KEY";

/** NIST SP 800-131A disallows shorter ones. */
const MIN_RSA_BITS = 2048;
/** OpenSSH's own bound (SSHBUF_MAX_BIGNUM); longer ones cost seconds a signature. */
const MAX_RSA_BITS = 16_384;

/**
 * Parses a key in the encoding of RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4 and
 * OpenSSH's PROTOCOL.u2f. DSA keys are not supported; certificates are something else (`certificate.ts`).
 */
export function parseSshPublicKey(blob: Uint8Array): Judged<SshPublicKey, SshKeyCode> {
  try {
    const reader = new WireReader(blob);
    const type = reader.text();
    if (!isSshKeyType(type)) return refuseKey("UNSUPPORTED_KEY", `the key type ${type} is not supported`);
    const jwk = readKey(type, reader);
    const application = type.startsWith("sk-") ? reader.text() : undefined;
    reader.end();
    const weakness = weaknessOf(jwk);
    if (weakness !== undefined) return refuseKey("WEAK_KEY", weakness);
    return passed({ type, blob, fingerprint: fingerprintOf(blob), key: importKey(jwk), application });
  } catch (error) {
    if (error instanceof MalformedWire) return refuseKey("MALFORMED_KEY", error.message);
    throw error;
  }
}

function importKey(jwk: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: "jwk" });
  } catch {
    throw new MalformedWire("a point that is not on its curve");
  }
}

export function isSshKeyType(text: string): text is SshKeyType {
  return (KEY_TYPES as readonly string[]).includes(text);
}

export function fingerprintOf(blob: Uint8Array): string {
  return toFingerprint(createHash("sha256").update(blob).digest());
}

/** As ssh-keygen prints a SHA-256 digest. */
export function toFingerprint(digest: Buffer): string {
  return `SHA256:${digest.toString("base64").replace(/=+$/, "")}`;
}

function readKey(type: SshKeyType, reader: WireReader): JsonWebKey {
  switch (type) {
    case "ssh-rsa": {
      const exponent = reader.positive();
      const modulus = reader.positive();
      return { kty: "RSA", n: modulus.toString("base64url"), e: exponent.toString("base64url") };
    }
    case "ssh-ed25519":
    case "sk-ssh-ed25519@openssh.com": {
      const point = reader.string();
      if (point.length !== 32) throw new MalformedWire("an Ed25519 key of another length than 32");
      return { kty: "OKP", crv: "Ed25519", x: point.toString("base64url") };
    }
    case "ecdsa-sha2-nistp256":
    case "sk-ecdsa-sha2-nistp256@openssh.com":
      return readPoint(reader, "nistp256", "P-256", 32);
    case "ecdsa-sha2-nistp384":
      return readPoint(reader, "nistp384", "P-384", 48);
    case "ecdsa-sha2-nistp521":
      return readPoint(reader, "nistp521", "P-521", 66);
  }
}

function readPoint(reader: WireReader, name: string, crv: string, size: number): JsonWebKey {
  if (reader.text() !== name) throw new MalformedWire("a curve other than the key type's");
  const point = reader.string();
  if (point.length !== 1 + 2 * size || point[0] !== 0x04)
    throw new MalformedWire("not an uncompressed point");
  const [x, y] = [point.subarray(1, 1 + size), point.subarray(1 + size)];
  return { kty: "EC", crv, x: x.toString("base64url"), y: y.toString("base64url") };
}

function weaknessOf({ kty, n = "", e = "" }: JsonWebKey): string | undefined {
  if (kty !== "RSA") return undefined;
  const modulus = Buffer.from(n, "base64url");
  const bits = modulus.length * 8 - Math.clz32(modulus.readUInt8()) + 24;
  if (bits < MIN_RSA_BITS) return `an RSA key of ${bits} bits, expected ${MIN_RSA_BITS} or more`;
  if (bits > MAX_RSA_BITS) return `an RSA key of ${bits} bits, expected ${MAX_RSA_BITS} or fewer`;
  // With the exponent 1 every number is its own signature; even ones have no inverse.
  const exponent = Buffer.from(e, "base64url");
  const odd = (exponent.at(-1) ?? 0) % 2 === 1;
  const isOne = exponent.length === 1 && exponent[0] === 1;
  return odd && !isOne && exponent.length <= 8 ? undefined : "an RSA exponent that is 1, even or oversized";
}

function refuseKey(code: SshKeyCode, message: string): ReturnType<typeof refused<SshKeyCode>> {
  return refused({
    code,
    subject: "SSH public key",
    message,
    remedy: "give an ed25519, ECDSA, RSA (2048 bits or more) or security key, as in `ssh-keygen`'s .pub file",
  });
}
