/**
 * What is agreed to, the strongest first. Nothing with SHA-1, no CBC and no ChaCha20, so that a server without strict
 * key exchange cannot be played Terrapin upon (CVE-2023-48795), no group that the server chooses, no compression.
 */
export const KEY_EXCHANGES = [
  "curve25519-sha256",
  "curve25519-sha256@libssh.org",
  "ecdh-sha2-nistp521",
  "ecdh-sha2-nistp384",
  "ecdh-sha2-nistp256",
  "diffie-hellman-group16-sha512",
  "diffie-hellman-group14-sha256",
] as const;

export const CIPHERS = [
  "aes256-gcm@openssh.com",
  "aes128-gcm@openssh.com",
  "aes256-ctr",
  "aes192-ctr",
  "aes128-ctr",
] as const;

export const MACS = [
  "hmac-sha2-512-etm@openssh.com",
  "hmac-sha2-256-etm@openssh.com",
  "hmac-sha2-512",
  "hmac-sha2-256",
] as const;

export const COMPRESSIONS = ["none"] as const;

/** By the type of a host's key: how it may sign. */
const SIGNATURES = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
} as const;

export type PlainKeyType = keyof typeof SIGNATURES;
export type SignatureAlgorithm = (typeof SIGNATURES)[PlainKeyType][number];

export function isPlainKeyType(type: string): type is PlainKeyType {
  return Object.hasOwn(SIGNATURES, type);
}

export function signaturesOf(types: readonly PlainKeyType[]): SignatureAlgorithm[] {
  const known = Object.keys(SIGNATURES).filter(isPlainKeyType);
  return known.filter((type) => types.includes(type)).flatMap((type) => SIGNATURES[type]);
}
