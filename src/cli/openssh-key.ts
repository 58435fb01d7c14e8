import type { KeyObject } from "node:crypto";

const TYPE = "ssh-ed25519";
const MAGIC = "openssh-key-v1\0";
/** Without a cipher the private part is still padded to the smallest block size. */
const BLOCK_BYTES = 8;
const LINE_WIDTH = 70;

/**
 * An Ed25519 private key as `ssh-keygen` writes it without a passphrase (OpenSSH's PROTOCOL.key). `check` is
 * any number: a reader sees by its repetition that it decrypted well.
 */
export function toSshPrivateFile(privateKey: KeyObject, comment: string, check: number): string {
  const { d = "", x = "" } = privateKey.export({ format: "jwk" });
  const [seed, key] = [Buffer.from(d, "base64url"), Buffer.from(x, "base64url")];
  const secret = [uint32(check), uint32(check), TYPE, key, Buffer.concat([seed, key]), comment];
  const content = Buffer.concat([
    Buffer.from(MAGIC),
    ...["none", "none", ""].map(string), // cipher, key derivation and its options
    uint32(1), // keys in the file
    string(publicBlob(privateKey)),
    string(padded(Buffer.concat(secret.map((field, i) => (i < 2 ? Buffer.from(field) : string(field)))))),
  ]);
  const lines = content.toString("base64").match(new RegExp(`.{1,${LINE_WIDTH}}`, "g")) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join(
    "\n",
  );
}

function publicBlob(key: KeyObject): Buffer {
  const { x = "" } = key.export({ format: "jwk" });
  return Buffer.concat([string(TYPE), string(Buffer.from(x, "base64url"))]);
}

/** 1, 2, 3… up to the next multiple of the block size. */
function padded(bytes: Buffer): Buffer {
  const missing = (BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES;
  return Buffer.concat([bytes, Buffer.from(Array.from({ length: missing }, (_, i) => i + 1))]);
}

/** RFC 4251: a length in four bytes, and the bytes. */
function string(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
