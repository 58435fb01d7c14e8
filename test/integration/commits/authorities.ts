import type { AuthoritiesMaterial, KeyMaterial, X509AuthorityMaterial } from "../../../src/api/index.ts";
import { type Issued, pem } from "../x509/builder/certificate.ts";
import type { Window } from "./material.ts";

export const NO_AUTHORITIES: AuthoritiesMaterial = { x509: [], sshCertificates: [] };

interface X509Parts {
  readonly intermediates?: readonly Issued[];
  /** In DER. */
  readonly lists?: readonly Uint8Array[];
}

export function x509Authority(
  name: string,
  roots: readonly Issued[],
  { intermediates = [], lists = [] }: X509Parts = {},
): X509AuthorityMaterial {
  const origin = `authorities.x509 ${name}`;
  const pems = (issued: readonly Issued[]) => issued.map(({ certificate }) => pem(certificate)).join("");
  return {
    name,
    origin,
    roots: { origin, text: pems(roots) },
    ...(intermediates.length > 0 && { intermediates: { origin, text: pems(intermediates) } }),
    revocationLists: lists.map((list) => ({ origin, text: pem(list, "X509 CRL") })),
  };
}

export function sshAuthority(
  name: string,
  line: string,
  window: Window = {},
): AuthoritiesMaterial["sshCertificates"][number] {
  return { name, line, origin: `authorities.sshCertificates ${name}`, ...window };
}

export function x509Key(email: string, authority = "bank-ca", window: Window = {}): KeyMaterial {
  return { scheme: "x509", email, authority, origin: `key ${email}`, ...window };
}

export function principalKey(principal: string, authority = "fleet", window: Window = {}): KeyMaterial {
  return { scheme: "sshCertificate", principal, authority, origin: `key ${principal}`, ...window };
}

export function sigstoreKey(
  { identity, issuer }: { readonly identity: string; readonly issuer: string },
  window: Window = {},
): KeyMaterial {
  return { scheme: "sigstore", identity, issuer, origin: `key ${identity}`, ...window };
}
