import {
  type AllowedAuthority,
  type AllowedSigner,
  type Certified,
  namedBy,
  nameSigner,
  parseAllowedSigners,
  type RevokedKeys,
  readRevocations,
} from "../signatures/index.ts";
import { TrustError } from "./error.ts";
import { decodeText, type KeyFileMaterial } from "./key-file.ts";
import { type AuthorityGrants, type Grant, grantKey } from "./trust.ts";
import { ALWAYS, type Window } from "./window.ts";

export interface ReadSigners {
  readonly signers: readonly AllowedSigner[];
  readonly authorities: readonly AllowedAuthority[];
  /** Entries that were passed over, each with its place and the reason. */
  readonly notices: readonly string[];
}

/** Reads a file of `gpg.ssh.allowedSignersFile`; throws {@link TrustError} with the place of every line that is not one. */
export function readAllowedSigners(file: KeyFileMaterial): ReadSigners {
  const { origin } = file;
  const parsed = parseAllowedSigners(decodeText(file));
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
): ReadonlyMap<string, AuthorityGrants> {
  const byKey = Map.groupBy(authorities, ({ key }) => grantKey("ssh", key.fingerprint));
  const grantsOf = (entries: readonly AllowedAuthority[]) => (certified: Certified) =>
    entries.flatMap((entry) => entryGrants(entry, certified, roles));
  return new Map([...byKey].map(([id, entries]) => [id, { grantsOf: grantsOf(entries) }]));
}

/** Whom git names by one entry of an authority. */
function entryGrants(entry: AllowedAuthority, { names }: Certified, roles: readonly string[]): Grant[] {
  const signer = nameSigner(notHidden(names, entry.hiddenBy), entry.principals);
  return signer === undefined ? [] : [{ signer, roles, ...windowOf(entry) }];
}

/** Of the names in a list that hides an authority's line, git looks for those alone. */
function notHidden(names: readonly string[], hiddenBy: readonly string[]): readonly string[] {
  return hiddenBy.reduce((left: readonly string[], list) => {
    const found = namedBy(names, list);
    return found.length === 0 ? left : left.filter((name) => found.includes(name));
  }, names);
}

function windowOf({
  validAfter = ALWAYS.validAfter,
  validBefore = ALWAYS.validBefore,
}: AllowedSigner | AllowedAuthority): Window {
  return { validAfter, validBefore };
}
