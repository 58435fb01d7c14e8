import canonicalize from "canonicalize";
import { sha256 } from "../digest.ts";
import { toAuthorities, toRevoked } from "./authorities-material.ts";
import { KeyFinder, type KeySources, type Path } from "./key-finder.ts";
import type { ArtifactRuleMaterial, KeyMaterial, SignerMaterial, TrustMaterial } from "./material.ts";
import type { TrustPolicy } from "./trust-policy.ts";
import { toWindow } from "./window-material.ts";

/** Brings in every key that a TrustPolicy names. Throws {@link ResourceError} where one is not there. */
export function toTrustMaterial(policy: TrustPolicy, sources: KeySources): TrustMaterial {
  const { spec, metadata } = policy;
  const finder = new KeyFinder(metadata.namespace, sources);
  const body = {
    signers: spec.signers.map((signer, index) => toSigner(signer, index, finder)),
    authorities: toAuthorities(spec.authorities, finder),
    revoked: toRevoked(spec.revoked, finder),
    history: spec.history,
    commits: spec.commits,
    artifacts: spec.artifacts.map((rule, index) => toArtifactRule(rule, index, finder)),
  };
  return { name: metadata.name, namespace: metadata.namespace, digest: digestOf(body), ...body };
}

type SignerSpec = TrustPolicy["spec"]["signers"][number];
type KeySpec = SignerSpec["keys"][number];
type RuleSpec = TrustPolicy["spec"]["artifacts"][number];

function toSigner(
  { name, roles, emails, keys }: SignerSpec,
  index: number,
  finder: KeyFinder,
): SignerMaterial {
  const path = ["spec", "signers", index, "keys"];
  const addresses = emails === undefined ? {} : { emails };
  return {
    name,
    roles,
    ...addresses,
    keys: keys.map((key, number) => toKey(key, [...path, number], finder)),
  };
}

function toKey(key: KeySpec, path: Path, finder: KeyFinder): KeyMaterial {
  const beside = { origin: finder.locate(path), ...toWindow(key) };
  if ("ssh" in key) return { scheme: "ssh", line: key.ssh, ...beside };
  if ("sigstore" in key) return { scheme: "sigstore", ...key.sigstore, ...beside };
  if ("x509" in key) return { scheme: "x509", ...key.x509, ...beside };
  if ("sshCertificate" in key) return { scheme: "sshCertificate", ...key.sshCertificate, ...beside };
  const { openpgp } = key;
  if ("armored" in openpgp) return { scheme: "openpgp", armored: openpgp.armored, ...beside };
  const { text, origin } = finder.findText(openpgp, [...path, "openpgp"]);
  return { scheme: "openpgp", armored: text, ...beside, origin };
}

function toArtifactRule(
  { match, signedBy }: RuleSpec,
  index: number,
  finder: KeyFinder,
): ArtifactRuleMaterial {
  const path = ["spec", "artifacts", index, "signedBy", "any"];
  const any = signedBy.any.map(({ cosign }, number) => {
    if ("pem" in cosign) return { cosign: { origin: "inline key", pem: cosign.pem } };
    const { text, origin } = finder.findText(cosign, [...path, number, "cosign"]);
    return { cosign: { origin, pem: text } };
  });
  return { match, signedBy: { any } };
}

/** Of what trust rests on, and not of where it happened to lie. */
function digestOf(body: Omit<TrustMaterial, "name" | "namespace" | "digest">): TrustMaterial["digest"] {
  const text = canonicalize(
    JSON.parse(JSON.stringify(body, (key, value) => (key === "origin" ? undefined : value))),
  );
  if (text === undefined) throw new TypeError("a trust policy has no canonical form");
  return sha256(text);
}
