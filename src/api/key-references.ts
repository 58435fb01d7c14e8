import type { KeyReference } from "./key-finder.ts";
import type { TrustPolicy } from "./trust-policy.ts";

/** Where a key is: named, or held in a field whose name tells its form. */
type KeySource =
  | KeyReference
  | { readonly armored: string }
  | { readonly pem: string }
  | { readonly json: string }
  | { readonly base64: string };

/** Every place where a TrustPolicy names a file, a Secret or a ConfigMap instead of holding a key. */
export function keyReferencesOf({ spec }: TrustPolicy): readonly KeyReference[] {
  const { x509 = [], sigstore } = spec.authorities ?? {};
  const sources: readonly KeySource[] = [
    ...spec.signers.flatMap(({ keys }) => keys.flatMap((key) => ("openpgp" in key ? [key.openpgp] : []))),
    ...x509.flatMap(({ roots, intermediates = [], revocationLists = [] }) =>
      [roots, intermediates, revocationLists].flat(),
    ),
    ...(sigstore === undefined ? [] : [sigstore.trustedRoot]),
    ...(spec.revoked?.sshKeys ?? []),
    ...spec.artifacts.flatMap(({ signedBy }) => signedBy.any.map(({ cosign }) => cosign)),
  ];
  return sources.filter(isReference);
}

function isReference(source: KeySource): source is KeyReference {
  return !("armored" in source || "pem" in source || "json" in source || "base64" in source);
}
