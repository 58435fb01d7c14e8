import type { KeyFinder, Path } from "./key-finder.ts";
import type {
  AuthoritiesMaterial,
  RevokedKeysMaterial,
  TextMaterial,
  TrustMaterial,
  X509AuthorityMaterial,
} from "./material.ts";
import type { TrustPolicy } from "./trust-policy.ts";
import { toWindow } from "./window-material.ts";

type Spec = TrustPolicy["spec"];
type AuthoritiesSpec = NonNullable<Spec["authorities"]>;
type X509Spec = NonNullable<AuthoritiesSpec["x509"]>[number];
type PemSpec = X509Spec["roots"];
type RevokedSpec = NonNullable<Spec["revoked"]>["sshKeys"][number];

/** Brings in what authorities are known by. Throws {@link ResourceError} where something is not there. */
export function toAuthorities(spec: Spec["authorities"], finder: KeyFinder): AuthoritiesMaterial {
  const { x509 = [], sshCertificates = [], sigstore } = spec ?? {};
  const path = ["spec", "authorities"];
  return {
    x509: x509.map((authority, index) => toX509(authority, [...path, "x509", index], finder)),
    sshCertificates: sshCertificates.map(({ name, key, ...window }, index) => ({
      name,
      origin: finder.locate([...path, "sshCertificates", index]),
      line: key,
      ...toWindow(window),
    })),
    ...(sigstore !== undefined && {
      sigstore: toTrustedRoot(sigstore, [...path, "sigstore", "trustedRoot"], finder),
    }),
  };
}

function toX509(
  { name, roots, intermediates, revocationLists = [] }: X509Spec,
  path: Path,
  finder: KeyFinder,
): X509AuthorityMaterial {
  return {
    name,
    origin: finder.locate(path),
    roots: toPem(roots, [...path, "roots"], finder),
    ...(intermediates !== undefined && {
      intermediates: toPem(intermediates, [...path, "intermediates"], finder),
    }),
    revocationLists: revocationLists.map((list, index) =>
      toPem(list, [...path, "revocationLists", index], finder),
    ),
  };
}

function toPem(spec: PemSpec, path: Path, finder: KeyFinder): TextMaterial {
  return "pem" in spec ? { origin: finder.locate(path), text: spec.pem } : finder.findText(spec, path);
}

function toTrustedRoot(
  { trustedRoot }: NonNullable<AuthoritiesSpec["sigstore"]>,
  path: Path,
  finder: KeyFinder,
): TextMaterial {
  return "json" in trustedRoot
    ? { origin: finder.locate(path), text: trustedRoot.json }
    : finder.findText(trustedRoot, path);
}

/** Brings in the lists of what counts no more. Throws {@link ResourceError} where one is not there. */
export function toRevoked(spec: Spec["revoked"], finder: KeyFinder): TrustMaterial["revoked"] {
  const path = ["spec", "revoked", "sshKeys"];
  return {
    sshKeys: (spec?.sshKeys ?? []).map((list, index) => toRevokedKeys(list, [...path, index], finder)),
  };
}

/** How the magic bytes of a KRL begin in base64: no line of a list of keys does. */
const KRL_IN_BASE64 = Buffer.from("SSHKRL\n").toString("base64").slice(0, 9);

function toRevokedKeys(spec: RevokedSpec, path: Path, finder: KeyFinder): RevokedKeysMaterial {
  if ("base64" in spec) return { origin: finder.locate(path), base64: spec.base64 };
  const { origin, bytes } = finder.find(spec, path);
  const text = Buffer.from(bytes).toString("latin1");
  // In the text of a ConfigMap, which has no room for binary data.
  const lines = text.replaceAll(/\s/g, "");
  const isEncoded =
    lines.startsWith(KRL_IN_BASE64) && Buffer.from(lines, "base64").toString("base64") === lines;
  return { origin, base64: isEncoded ? lines : Buffer.from(bytes).toString("base64") };
}
