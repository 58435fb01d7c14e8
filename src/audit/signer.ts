import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { AuditError } from "./error.ts";

/**
 * Makes Ed25519 signatures. One key signs both the entries (DSSE) and the checkpoints (signed notes): what is
 * signed there cannot be taken for the other, since a DSSE pre-authentication encoding begins with
 * `DSSEv1 ` and holds no line of a checkpoint, whose first line is an origin without spaces.
 */
export interface Signer {
  readonly publicKey: KeyObject;
  /** May ask a device or a service; rejects when that cannot be reached. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

const PEM_REMEDY = "`sluice keygen audit --out <prefix>` makes a key pair of the right kind";

/** A signer over a PKCS#8 PEM private key. `origin` is the file it came from, for messages. */
export function parseSigner(pem: string, origin: string): Signer {
  const privateKey = readKey(() => createPrivateKey(pem), origin, "a PEM private key without a passphrase");
  return createSigner(privateKey);
}

export function createSigner(privateKey: KeyObject): Signer {
  return {
    publicKey: createPublicKey(privateKey),
    sign: async (bytes) => sign(null, bytes, privateKey),
  };
}

/** A public key from SubjectPublicKeyInfo PEM. */
export function parsePublicKey(pem: string, origin: string): KeyObject {
  // createPublicKey would take a private key as well, and nobody should get used to handing those around.
  if (pem.includes("PRIVATE KEY")) {
    throw new AuditError("MALFORMED_KEY", `${origin} holds a private key, where a public key is expected`);
  }
  return readKey(() => createPublicKey(pem), origin, "a PEM public key");
}

/** The reason that OpenSSL gives is left out of the message: it can quote what it could not parse. */
function readKey(read: () => KeyObject, origin: string, expected: string): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    throw new AuditError("MALFORMED_KEY", `${origin} is not ${expected}`, { remedy: PEM_REMEDY });
  }
  if (key.asymmetricKeyType !== "ed25519") {
    const found = key.asymmetricKeyType ?? "unknown";
    throw new AuditError("UNSUPPORTED_KEY", `${origin} is a key of type ${found}; the log needs ed25519`, {
      remedy: PEM_REMEDY,
    });
  }
  return key;
}

export function isSignature(publicKey: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  return verify(null, bytes, publicKey, signature);
}

/** The 32 bytes of an Ed25519 public key (RFC 8032). */
export function rawPublicKey(publicKey: KeyObject): Uint8Array {
  const { x } = publicKey.export({ format: "jwk" });
  if (publicKey.asymmetricKeyType !== "ed25519" || typeof x !== "string") {
    throw new AuditError("UNSUPPORTED_KEY", "the keys of a log are ed25519 keys", { remedy: PEM_REMEDY });
  }
  return Buffer.from(x, "base64url");
}

const SSH_KEY_TYPE = "ssh-ed25519";

/**
 * `SHA256:` and base64 without padding: the fingerprint that ssh-keygen shows. Implementations of DSSE in Go
 * (cosign among them) name a key like this where nobody names it otherwise, and take no other name then.
 */
export function keyId(publicKey: KeyObject): string {
  const fields = [Buffer.from(SSH_KEY_TYPE), rawPublicKey(publicKey)].flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.length);
    return [length, field];
  });
  const digest = createHash("sha256").update(Buffer.concat(fields)).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}

export function publicKeyPem(publicKey: KeyObject): string {
  return publicKey.export({ type: "spki", format: "pem" }).toString();
}
