import { describe, expect, it } from "vitest";
import { resourcesFromObjects } from "../api/index.ts";
import { DirectoryTarget } from "../apply/index.ts";
import { type GateConfig, selectGates } from "../gate/index.ts";
import { openFileTarget } from "./file-target.ts";

function configOf(): GateConfig {
  const metadata = { name: "prod", namespace: "payments" };
  const object = (kind: string, name: string, spec: object) => ({
    apiVersion: "sluice.dev/v1",
    kind,
    metadata: kind === "PolicyBundle" ? { name } : { ...metadata, name },
    spec,
  });
  const source = { git: { url: "https://git.bank.example/config.git", ref: { branch: "main" } } };
  const objects = [
    object("Gate", "prod", { source, trust: "trust", policies: ["own"], target: { cluster: {} } }),
    object("TrustPolicy", "trust", {
      signers: [{ name: "alice", roles: ["developer"], keys: [{ ssh: "ssh-ed25519 AAAA" }] }],
      history: { start: "root" },
      commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
    }),
    object("PolicyBundle", "own", { rego: { path: "own" } }),
  ];
  const [config] = selectGates(resourcesFromObjects(objects, { policiesDir: "/policies" }).resources, []);
  if (config === undefined) throw new TypeError("there is one gate");
  return config;
}

describe("the target of a gate in files", () => {
  it("is a directory", () => {
    const target = { kind: "directory", path: "/tmp/out" } as const;
    expect(openFileTarget({ ...configOf(), target })).toBeInstanceOf(DirectoryTarget);
  });

  it("is no cluster", () => {
    expect(() => openFileTarget(configOf())).toThrow(expect.objectContaining({ code: "INVALID_RESOURCE" }));
  });
});
