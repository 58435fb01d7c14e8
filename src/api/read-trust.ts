import { resolve } from "node:path";
import canonicalize from "canonicalize";
import { sha256 } from "../digest.ts";
import { type ResourceDocument, readText } from "./documents.ts";
import type { CosignKeyMaterial, KeyMaterial, TrustMaterial } from "./material.ts";
import type { TrustPolicy } from "./trust-policy.ts";

/** Reads every key file that a TrustPolicy names; throws {@link ResourceError} where one cannot be read. */
export async function readTrustMaterial(
  policy: TrustPolicy,
  folder: string,
  document: ResourceDocument,
): Promise<TrustMaterial> {
  const { spec, metadata } = policy;
  const body = {
    signers: await Promise.all(
      spec.signers.map(async ({ name, roles, keys }, signer) => ({
        name,
        roles,
        keys: await Promise.all(
          keys.map((key, index) =>
            readKey(key, folder, document.locate(["spec", "signers", signer, "keys", index])),
          ),
        ),
      })),
    ),
    history: spec.history,
    commits: spec.commits,
    artifacts: await Promise.all(
      spec.artifacts.map(async ({ match, signedBy }) => ({
        match,
        signedBy: {
          any: await Promise.all(
            signedBy.any.map(async ({ cosign }) => ({ cosign: await readCosignKey(cosign, folder) })),
          ),
        },
      })),
    ),
  };
  return { name: metadata.name, namespace: metadata.namespace, digest: digestOf(body), ...body };
}

type KeySpec = TrustPolicy["spec"]["signers"][number]["keys"][number];

async function readKey(key: KeySpec, folder: string, where: string): Promise<KeyMaterial> {
  const window = {
    ...(key.validAfter !== undefined && { validAfter: key.validAfter }),
    ...(key.validBefore !== undefined && { validBefore: key.validBefore }),
  };
  if ("ssh" in key) return { scheme: "ssh", line: key.ssh, origin: where, ...window };
  if ("armored" in key.openpgp)
    return { scheme: "openpgp", armored: key.openpgp.armored, origin: where, ...window };
  const origin = resolve(folder, key.openpgp.file);
  return { scheme: "openpgp", armored: await readText(origin), origin, ...window };
}

type CosignSpec = TrustPolicy["spec"]["artifacts"][number]["signedBy"]["any"][number]["cosign"];

async function readCosignKey(cosign: CosignSpec, folder: string): Promise<CosignKeyMaterial> {
  if ("pem" in cosign) return { origin: "inline key", pem: cosign.pem };
  const origin = resolve(folder, cosign.key);
  return { origin, pem: await readText(origin) };
}

/** Of what trust rests on, and not of where the files happened to lie. */
function digestOf(body: Omit<TrustMaterial, "name" | "namespace" | "digest">): TrustMaterial["digest"] {
  const text = canonicalize(
    JSON.parse(JSON.stringify(body, (key, value) => (key === "origin" ? undefined : value))),
  );
  if (text === undefined) throw new TypeError("a trust policy has no canonical form");
  return sha256(text);
}
