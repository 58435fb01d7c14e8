import { describe, expect, it } from "vitest";
import { namedDataOf } from "./named-data.ts";

const metadata = { name: "a", namespace: "payments", uid: "7e1f" };
const source = { git: { url: "https://git.bank.example/a.git", ref: { branch: "main" } } };
const withAuth = { git: { ...source.git, auth: { secretRef: { name: "git-token" } } } };
const remote = { cluster: { kubeConfig: { secretRef: { name: "remote" } } } };

function gate(changes: object) {
  const spec = { source, trust: "trust", policies: ["baseline"], target: { cluster: {} }, ...changes };
  return { apiVersion: "sluice.dev/v1", kind: "Gate", metadata, spec };
}

function trust(...openpgp: readonly object[]) {
  const spec = {
    signers: [{ name: "alice", roles: ["developer"], keys: openpgp.map((each) => ({ openpgp: each })) }],
    history: { start: "root" },
    commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
    artifacts: [{ match: ["**"], signedBy: { any: [{ cosign: { secretRef: { name: "ci", key: "k" } } }] } }],
  };
  return { apiVersion: "sluice.dev/v1", kind: "TrustPolicy", metadata, spec };
}

const configMapRef = { name: "keys", key: "alice.asc" };

describe("what must be read beside an object", () => {
  it.each([
    [gate({}), []],
    [gate({ source: withAuth }), ["Secret payments/git-token"]],
    [gate({ source: withAuth, target: remote }), ["Secret payments/git-token", "Secret payments/remote"]],
    [
      gate({ source: { git: { ...withAuth.git, proxy: { secretRef: { name: "proxy" } } } } }),
      ["Secret payments/git-token", "Secret payments/proxy"],
    ],
    [trust({ armored: "x" }), ["Secret payments/ci"]],
    [
      trust({ configMapRef }, { configMapRef: { ...configMapRef, key: "bob.asc" } }),
      ["ConfigMap payments/keys", "Secret payments/ci"],
    ],
    [gate({ source: withAuth, policies: [] }), []],
    [{ apiVersion: "v1", kind: "ConfigMap", metadata }, []],
    [undefined, []],
  ])("is named by it (%#)", (object, expected) => {
    const named = namedDataOf(object);
    expect(named.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`)).toEqual(expected);
  });
});
