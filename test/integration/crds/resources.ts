import { readFileSync } from "node:fs";
import { join } from "node:path";

const PEM = readFileSync(join(import.meta.dirname, "../../../keys/cosign/example.pub"), "utf8");

const API = "sluice.dev/v1";
const metadata = { name: "tested", namespace: "payments" };

/** A Gate that everybody takes, with some fields of its spec otherwise; undefined takes one away. */
export function gate(changes: object = {}, name = metadata.name) {
  const spec = {
    source: { git: { url: "https://git.bank.example/config.git", ref: { branch: "main" } } },
    trust: "trust",
    policies: ["baseline"],
    target: { cluster: {} },
    ...changes,
  };
  return { apiVersion: API, kind: "Gate", metadata: { ...metadata, name }, spec };
}

export const git = (changes: object) => gate({ source: { git: { ...gate().spec.source.git, ...changes } } });
export const cluster = (changes: object) => gate({ target: { cluster: changes } });

/** A TrustPolicy that everybody takes. */
export function trust(changes: object = {}) {
  const spec = {
    signers: [{ name: "alice", roles: ["developer"], keys: [{ ssh: "ssh-ed25519 AAAA" }] }],
    history: { start: "root" },
    commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
    ...changes,
  };
  return { apiVersion: API, kind: "TrustPolicy", metadata, spec };
}

export const signer = (changes: object) => trust({ signers: [{ ...trust().spec.signers[0], ...changes }] });
export const key = (value: object) => signer({ keys: [value] });
export const cosign = (value: object) =>
  trust({ artifacts: [{ match: ["**"], signedBy: { any: [{ cosign: value }] } }] });
export const pem = PEM;

/** A PolicyBundle that everybody takes. */
export function bundle(changes: object = {}) {
  const spec = { rego: { path: "baseline" }, ...changes };
  return { apiVersion: API, kind: "PolicyBundle", metadata: { name: "tested" }, spec };
}

/** The one ConfigMap that there is: what names another is refused by whoever looks. */
export const keys = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { ...metadata, name: "keys" },
  data: { k: PEM },
};
