import {
  type Certified,
  identityKey,
  parseX509Authorities,
  parseX509RevocationLists,
  readSigstoreRoot,
  type SigstoreIdentity,
  type SigstoreRoot,
  type X509Authority,
} from "../signatures/index.ts";
import { readAs } from "./authorities.ts";
import { decodeText, type KeyFileMaterial } from "./key-file.ts";
import { type AuthorityGrants, type Grant, grantKey } from "./trust.ts";
import { ALWAYS } from "./window.ts";

/** What gpgsm would be given: trusted roots, and the revocation lists of authorities. All in PEM. */
export interface X509Files {
  readonly roots: readonly KeyFileMaterial[];
  readonly revocationLists: readonly KeyFileMaterial[];
}

/** What `gitsign verify` would be given: a `trusted_root.json`, and who may have signed. */
export interface SigstoreFiles {
  readonly trustedRoot: KeyFileMaterial;
  readonly identities: readonly SigstoreIdentity[];
}

/** Stands for all roots that are given: there is nobody to tell them apart for. */
const AUTHORITY = "files";

export function readX509Files({ roots, revocationLists }: X509Files): readonly X509Authority[] {
  if (roots.length === 0) return [];
  return [
    {
      name: AUTHORITY,
      roots: roots.flatMap((file) => readAs(file, parseX509Authorities(decodeText(file)))),
      intermediates: [],
      revocationLists: revocationLists.flatMap((file) =>
        readAs(file, parseX509RevocationLists(decodeText(file))),
      ),
    },
  ];
}

/** Whoever has a certificate below the roots, by the address in it, or else by its subject. */
export function x509Grants(
  authorities: readonly X509Authority[],
  roles: readonly string[],
): readonly (readonly [id: string, grants: AuthorityGrants])[] {
  const grantsOf = ({ names, subject }: Certified): Grant[] => {
    const signer = names[0] ?? subject;
    return signer === undefined ? [] : [{ signer, roles, ...ALWAYS }];
  };
  return authorities.map(({ name }) => [grantKey("x509", name), { grantsOf }]);
}

export async function readTrustedRoot({ trustedRoot }: SigstoreFiles): Promise<SigstoreRoot> {
  return readAs(trustedRoot, await readSigstoreRoot(decodeText(trustedRoot)));
}

export function identityGrants(
  identities: readonly SigstoreIdentity[],
  roles: readonly string[],
): readonly (readonly [id: string, grant: Grant])[] {
  return identities.map((who) => [
    grantKey("gitsign", identityKey(who)),
    { signer: who.identity, roles, ...ALWAYS },
  ]);
}
