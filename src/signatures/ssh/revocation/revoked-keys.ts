import { createHash } from "node:crypto";
import type { SshCertificate } from "../certificate.ts";
import type { SshPublicKey } from "../public-key.ts";
import type { SerialSet } from "./serials.ts";

/** What is revoked of one authority's certificates. */
export interface RevokedCertificates {
  readonly serials: SerialSet;
  readonly keyIds: Set<string>;
}

/** A list of what counts no more, as a KRL or a file of public keys gives it. */
export interface RevokedKeys {
  /** Of keys in wire form, `SHA256:…`. */
  readonly fingerprints: ReadonlySet<string>;
  /** The same as SHA-1 in hexadecimal, which is all that some lists have. */
  readonly sha1s: ReadonlySet<string>;
  /** By the authority's fingerprint, or {@link ANY_AUTHORITY}. */
  readonly certificates: ReadonlyMap<string, RevokedCertificates>;
}

/** Stands for every authority, where a KRL names none. */
export const ANY_AUTHORITY = "";

/**
 * Whether the list names a key, or a certificate by its serial or key id, its key, or its authority. The serial
 * zero, which authorities give when they give none, is never revoked as such.
 */
export function isRevoked(list: RevokedKeys, subject: SshPublicKey | SshCertificate): boolean {
  if (!("authority" in subject)) return isKeyRevoked(list, subject);
  const { key, authority } = subject;
  return (
    isKeyRevoked(list, key) ||
    isKeyRevoked(list, authority) ||
    [authority.fingerprint, ANY_AUTHORITY].some((id) =>
      isCertificateRevoked(list.certificates.get(id), subject),
    )
  );
}

function isKeyRevoked(
  { fingerprints, sha1s }: RevokedKeys,
  { fingerprint, blob }: Pick<SshPublicKey, "fingerprint" | "blob">,
): boolean {
  if (fingerprints.has(fingerprint)) return true;
  return sha1s.size > 0 && sha1s.has(createHash("sha1").update(blob).digest("hex"));
}

function isCertificateRevoked(
  revoked: RevokedCertificates | undefined,
  { keyId, serial }: SshCertificate,
): boolean {
  if (revoked === undefined) return false;
  return revoked.keyIds.has(keyId) || (serial !== 0n && revoked.serials.has(serial));
}
