import {
  type AllowedAuthority,
  type AllowedSigner,
  nameSigner,
  parseAllowedSigners,
  type RevokedKeys,
  readRevocations,
} from "../signatures/index.ts";
import { TrustError } from "./error.ts";
import { type AuthorityGrant, type Grant, grantKey } from "./trust.ts";
import { ALWAYS, type Window } from "./window.ts";

export interface KeyFileMaterial {
  /** The file's name, for messages. */
  readonly origin: string;
  readonly bytes: Uint8Array;
}

export interface ReadSigners {
  readonly signers: readonly AllowedSigner[];
  readonly authorities: readonly AllowedAuthority[];
  /** Entries that were passed over, each with its place and the reason. */
  readonly notices: readonly string[];
}

/** Reads a file of `gpg.ssh.allowedSignersFile`; throws {@link TrustError} with the place of every line that is not one. */
export function readAllowedSigners({ origin, bytes }: KeyFileMaterial): ReadSigners {
  const parsed = parseAllowedSigners(decodeText(bytes, origin));
  if (!parsed.ok) {
    const problems = parsed.refusals.map(({ message }) => `${origin}, ${message}`);
    throw new TrustError("INVALID_KEY", problems.join("\n"), { remedy: parsed.refusals[0].remedy });
  }
  const { signers, authorities, skipped } = parsed.value;
  return {
    signers,
    authorities,
    notices: skipped.map(({ line, reason }) => `${origin}, line ${line}: passed over: ${reason}`),
  };
}

/** Reads a file of `gpg.ssh.revocationFile`. */
export function readRevokedKeys({ origin, bytes }: KeyFileMaterial): RevokedKeys {
  const parsed = readRevocations(bytes);
  if (parsed.ok) return parsed.value;
  const problems = parsed.refusals.map(({ message }) => `${origin}: ${message}`);
  throw new TrustError("INVALID_KEY", problems.join("\n"), { remedy: parsed.refusals[0].remedy });
}

/** Two names that differ in bytes which are not UTF-8 would become one. */
function decodeText(bytes: Uint8Array, origin: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new TrustError("INVALID_KEY", `${origin} is not UTF-8`, { cause });
  }
}

/** What each entry grants, under the key that {@link grantKey} gives its signatures. */
export function signerGrants(
  signers: readonly AllowedSigner[],
  roles: readonly string[],
): readonly (readonly [id: string, grant: Grant])[] {
  return signers.map((entry) => [
    grantKey("ssh", entry.key.fingerprint),
    { signer: entry.principal, roles, ...windowOf(entry) },
  ]);
}

export function authorityGrants(
  authorities: readonly AllowedAuthority[],
  roles: readonly string[],
): ReadonlyMap<string, readonly AuthorityGrant[]> {
  const byKey = Map.groupBy(authorities, ({ key }) => grantKey("ssh", key.fingerprint));
  return new Map(
    [...byKey].map(([id, entries]) => [id, entries.map((entry) => toAuthorityGrant(entry, roles))]),
  );
}

function toAuthorityGrant(entry: AllowedAuthority, roles: readonly string[]): AuthorityGrant {
  return {
    nameSigner: ({ names }) => nameSigner(names, entry.principals),
    roles,
    ...windowOf(entry),
  };
}

function windowOf({
  validAfter = ALWAYS.validAfter,
  validBefore = ALWAYS.validBefore,
}: AllowedSigner | AllowedAuthority): Window {
  return { validAfter, validBefore };
}
