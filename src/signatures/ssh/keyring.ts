import type { SshPublicKey } from "./public-key.ts";
import type { RevokedKeys } from "./revocation/revoked-keys.ts";

/** What SSH signatures are checked against. A key counts only as what it is given as. */
export interface SshKeyring {
  /** Keys that sign, by fingerprint. */
  readonly keys: ReadonlyMap<string, SshPublicKey>;
  /** Keys that sign certificates, by fingerprint. */
  readonly authorities: ReadonlyMap<string, SshPublicKey>;
  /** Lists of keys and certificates that count no more; one that names a key is enough. */
  readonly revoked: readonly RevokedKeys[];
}

export interface SshKeyringParts {
  readonly keys?: Iterable<SshPublicKey>;
  readonly authorities?: Iterable<SshPublicKey>;
  readonly revoked?: readonly RevokedKeys[];
}

export function buildSshKeyring({ keys = [], authorities = [], revoked = [] }: SshKeyringParts): SshKeyring {
  return { keys: byFingerprint(keys), authorities: byFingerprint(authorities), revoked };
}

function byFingerprint(keys: Iterable<SshPublicKey>): ReadonlyMap<string, SshPublicKey> {
  return new Map(Iterator.from(keys).map((key) => [key.fingerprint, key]));
}
