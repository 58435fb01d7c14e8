import canonicalize from "canonicalize";
import { sha256 } from "../digest.ts";
import { ResourceError } from "./error.ts";
import type { ArtifactRuleMaterial, KeyMaterial, SignerMaterial, TrustMaterial } from "./material.ts";
import type { DataSources } from "./resources.ts";
import { secretValue } from "./secret.ts";
import type { TrustPolicy } from "./trust-policy.ts";

/** The text of a key, and where it is from, for messages. */
export interface KeyText {
  readonly origin: string;
  readonly text: string;
}

/** Where keys are that a TrustPolicy names and does not hold. */
export interface KeySources extends DataSources {
  /** By their paths as written. */
  readonly files: ReadonlyMap<string, KeyText>;
  /** Names a field of the policy. */
  locate(path: readonly PropertyKey[]): string;
}

/** Brings in every key that a TrustPolicy names. Throws {@link ResourceError} where one is not there. */
export function toTrustMaterial(policy: TrustPolicy, sources: KeySources): TrustMaterial {
  const { spec, metadata } = policy;
  const finder = new KeyFinder(metadata.namespace, sources);
  const body = {
    signers: spec.signers.map((signer, index) => toSigner(signer, index, finder)),
    history: spec.history,
    commits: spec.commits,
    artifacts: spec.artifacts.map((rule, index) => toArtifactRule(rule, index, finder)),
  };
  return { name: metadata.name, namespace: metadata.namespace, digest: digestOf(body), ...body };
}

type Path = readonly PropertyKey[];
type SignerSpec = TrustPolicy["spec"]["signers"][number];
type KeySpec = SignerSpec["keys"][number];
type RuleSpec = TrustPolicy["spec"]["artifacts"][number];

function toSigner({ name, roles, keys }: SignerSpec, index: number, finder: KeyFinder): SignerMaterial {
  const path = ["spec", "signers", index, "keys"];
  return { name, roles, keys: keys.map((key, number) => toKey(key, [...path, number], finder)) };
}

function toKey(key: KeySpec, path: Path, finder: KeyFinder): KeyMaterial {
  const window = {
    ...(key.validAfter !== undefined && { validAfter: key.validAfter }),
    ...(key.validBefore !== undefined && { validBefore: key.validBefore }),
  };
  if ("ssh" in key) return { scheme: "ssh", line: key.ssh, origin: finder.locate(path), ...window };
  const { openpgp } = key;
  const { text, origin } =
    "armored" in openpgp
      ? { text: openpgp.armored, origin: finder.locate(path) }
      : finder.find(openpgp, [...path, "openpgp"]);
  return { scheme: "openpgp", armored: text, origin, ...window };
}

function toArtifactRule(
  { match, signedBy }: RuleSpec,
  index: number,
  finder: KeyFinder,
): ArtifactRuleMaterial {
  const path = ["spec", "artifacts", index, "signedBy", "any"];
  const any = signedBy.any.map(({ cosign }, number) => {
    if ("pem" in cosign) return { cosign: { origin: "inline key", pem: cosign.pem } };
    const { text, origin } = finder.find(cosign, [...path, number, "cosign"]);
    return { cosign: { origin, pem: text } };
  });
  return { match, signedBy: { any } };
}

interface DataRef {
  readonly name: string;
  readonly key: string;
}

/** One field of a key that says where the key is: `file` of an OpenPGP key, `key` of a cosign one, or a reference. */
type KeyReference =
  | { readonly file: string }
  | { readonly key: string }
  | { readonly secretRef: DataRef }
  | { readonly configMapRef: DataRef };

/** Finds what the policies of one namespace name: Secrets and ConfigMaps of that namespace only. */
class KeyFinder {
  readonly #namespace: string;
  readonly #sources: KeySources;

  constructor(namespace: string, sources: KeySources) {
    this.#namespace = namespace;
    this.#sources = sources;
  }

  locate(path: Path): string {
    return this.#sources.locate(path);
  }

  find(reference: KeyReference, path: Path): KeyText {
    if ("file" in reference) return this.#file(reference.file, [...path, "file"]);
    if ("key" in reference) return this.#file(reference.key, [...path, "key"]);
    return "secretRef" in reference
      ? this.#data("Secret", reference.secretRef, [...path, "secretRef"])
      : this.#data("ConfigMap", reference.configMapRef, [...path, "configMapRef"]);
  }

  #file(file: string, path: Path): KeyText {
    const found = this.#sources.files.get(file);
    if (found !== undefined) return found;
    throw new ResourceError("INVALID_RESOURCE", `${this.locate(path)}: a cluster has no key files`, {
      remedy: "write the key itself (openpgp `armored`, cosign `pem`), or name a ConfigMap (`configMapRef`)",
    });
  }

  #data(kind: "Secret" | "ConfigMap", { name, key }: DataRef, path: Path): KeyText {
    const origin = `${kind} ${this.#namespace}/${name}, key ${key}`;
    const text = this.#value(kind, `${this.#namespace}/${name}`, key);
    if (text !== undefined) return { origin, text };
    throw new ResourceError("MISSING_RESOURCE", `${this.locate(path)}: there is no ${origin}`, {
      remedy: "names resolve in the policy's own namespace only",
    });
  }

  #value(kind: "Secret" | "ConfigMap", id: string, key: string): string | undefined {
    if (kind === "Secret") {
      const secret = this.#sources.secrets.get(id);
      return secret && secretValue(secret, key);
    }
    const data = this.#sources.configMaps.get(id)?.data;
    return data !== undefined && Object.hasOwn(data, key) ? data[key] : undefined;
  }
}

/** Of what trust rests on, and not of where it happened to lie. */
function digestOf(body: Omit<TrustMaterial, "name" | "namespace" | "digest">): TrustMaterial["digest"] {
  const text = canonicalize(
    JSON.parse(JSON.stringify(body, (key, value) => (key === "origin" ? undefined : value))),
  );
  if (text === undefined) throw new TypeError("a trust policy has no canonical form");
  return sha256(text);
}
