import type {
  AuthoritiesMaterial,
  SshAuthorityMaterial,
  TextMaterial,
  X509AuthorityMaterial,
} from "../api/index.ts";
import type { Judged } from "../refusal.ts";
import {
  parseSshKeyLine,
  parseX509Authorities,
  parseX509RevocationLists,
  readSigstoreRoot,
  type SigstoreRoot,
  type SshPublicKey,
  type X509Authority,
} from "../signatures/index.ts";
import { TrustError } from "./error.ts";
import { readWindow, type Window } from "./window.ts";

export interface SshAuthority extends Window {
  readonly key: SshPublicKey;
}

/** Whom a policy lets say of others who they are, by the names under which its signers' keys refer to them. */
export interface Authorities {
  readonly x509: ReadonlyMap<string, X509Authority>;
  readonly ssh: ReadonlyMap<string, SshAuthority>;
  readonly sigstore: SigstoreRoot | undefined;
}

/** Reads the authorities of a policy; throws {@link TrustError} that names where one is that cannot count. */
export async function readAuthorities(material: AuthoritiesMaterial): Promise<Authorities> {
  const { x509, sshCertificates, sigstore } = material;
  const ssh = sshCertificates.map((each) => ({ ...each, key: readAuthorityKey(each) }));
  requireDistinct(x509, ({ name }) => `the name ${name}`);
  requireDistinct(ssh, ({ name }) => `the name ${name}`);
  // One key under two names would have two windows, and two sets of people.
  requireDistinct(ssh, ({ key }) => `the key ${key.fingerprint}`);
  return {
    x509: new Map(x509.map((each) => [each.name, readX509Authority(each)])),
    ssh: new Map(ssh.map((each) => [each.name, { key: each.key, ...readWindow(each) }])),
    sigstore: sigstore && readAs(sigstore, await readSigstoreRoot(sigstore.text)),
  };
}

/** Reads the parts of an authority for X.509 certificates, each in PEM. */
export function readX509Authority({
  name,
  roots,
  intermediates,
  revocationLists,
}: Omit<X509AuthorityMaterial, "origin">): X509Authority {
  return {
    name,
    roots: readAs(roots, parseX509Authorities(roots.text)),
    intermediates:
      intermediates === undefined ? [] : readAs(intermediates, parseX509Authorities(intermediates.text)),
    revocationLists: revocationLists.flatMap((list) => readAs(list, parseX509RevocationLists(list.text))),
  };
}

function readAuthorityKey({ origin, line }: SshAuthorityMaterial): SshPublicKey {
  return readAs({ origin }, parseSshKeyLine(line));
}

/** What was parsed, or an error that says where it is from. */
export function readAs<T>({ origin }: Pick<TextMaterial, "origin">, parsed: Judged<T>): T {
  if (parsed.ok) return parsed.value;
  const [{ message, remedy }] = parsed.refusals;
  throw new TrustError("INVALID_AUTHORITY", `${origin}: ${message}`, { remedy });
}

function requireDistinct<T extends { readonly origin: string }>(
  authorities: readonly T[],
  describe: (authority: T) => string,
): void {
  const origins = new Map<string, string>();
  for (const authority of authorities) {
    const what = describe(authority);
    const earlier = origins.get(what);
    if (earlier !== undefined) {
      throw new TrustError(
        "DUPLICATE_AUTHORITY",
        `${authority.origin}: ${what} is given already at ${earlier}`,
        { remedy: "give each authority once, under one name" },
      );
    }
    origins.set(what, authority.origin);
  }
}
