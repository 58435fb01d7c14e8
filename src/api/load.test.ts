import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test as it } from "vitest";
import { loadResources, loadTrustPolicy } from "./load.ts";

const GATE = `
apiVersion: sluice.dev/v1
kind: Gate
metadata: {name: payments, namespace: payments}
spec:
  interval: 1m30s
  source: {git: {url: "http://127.0.0.1:1/config.git", ref: {branch: main}}}
  path: ./prod
  trust: payments-trust
  policies: [baseline]
  target: {directory: {path: ./out}}
`;

const DEPENDENT = (name: string, other: string): string =>
  GATE.replace("name: payments", `name: ${name}`).replace("path: ./prod", `dependsOn: [{name: ${other}}]`);

const TRUST = `
apiVersion: sluice.dev/v1
kind: TrustPolicy
metadata: {name: payments-trust, namespace: payments}
spec:
  signers:
    - name: alice
      roles: [developer]
      keys: [{openpgp: {file: alice.asc}, validBefore: 2027-01-01}]
  history: {start: root}
  commits: [{paths: ["**"], signedBy: {role: developer}}]
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-api-"));
  await writeFile(join(folder, "alice.asc"), "a key");
});
afterEach(() => rm(folder, { recursive: true }));

async function load(text: string) {
  const file = join(folder, "resources.yaml");
  await writeFile(file, text);
  return loadResources([file]);
}

describe("loading resources", () => {
  it("reads a folder of YAML, and keys from beside it", async () => {
    await writeFile(join(folder, "gate.yaml"), GATE);
    await writeFile(join(folder, "trust.yml"), TRUST);
    const { gates, trustPolicies } = await loadResources([folder]);
    expect(gates.get("payments/payments")?.resource.spec).toMatchObject({ interval: 90_000, path: "prod" });
    expect(trustPolicies.get("payments/payments-trust")?.signers[0]?.keys[0]).toMatchObject({
      scheme: "openpgp",
      armored: "a key",
      validBefore: Date.parse("2027-01-01T00:00:00Z"),
    });
  });

  it("passes over the kustomization of a folder, unless it is named", async () => {
    const kustomization = join(folder, "kustomization.yaml");
    await writeFile(kustomization, "kind: Kustomization");
    await writeFile(join(folder, "gate.yaml"), GATE);
    expect((await loadResources([folder])).gates.size).toBe(1);
    await expect(loadResources([kustomization])).rejects.toMatchObject({ code: "INVALID_RESOURCE" });
    await writeFile(join(folder, "a-kustomization.yaml"), "kind: Kustomization");
    await expect(loadResources([folder])).rejects.toMatchObject({ code: "INVALID_RESOURCE" });
  });

  it("the digest of a trust policy covers the key files' content, not their place", async () => {
    const before = (await load(TRUST)).trustPolicies.get("payments/payments-trust");
    await mkdir(join(folder, "keys"));
    await writeFile(join(folder, "keys/alice.asc"), "a key");
    const moved = (await load(TRUST.replace("alice.asc", "keys/alice.asc"))).trustPolicies.get(
      "payments/payments-trust",
    );
    await writeFile(join(folder, "alice.asc"), "another key");
    const changed = (await load(TRUST)).trustPolicies.get("payments/payments-trust");
    expect(moved?.digest).toBe(before?.digest);
    expect(changed?.digest).not.toBe(before?.digest);
  });

  it.each([
    ["no policies", GATE.replace("[baseline]", "[]"), "INVALID_RESOURCE"],
    ["no trust", GATE.replace("trust: payments-trust", ""), "INVALID_RESOURCE"],
    ["a misspelt field", GATE.replace("interval", "intervall"), "INVALID_RESOURCE"],
    ["a path that leaves the source", GATE.replace("./prod", "../prod"), "INVALID_RESOURCE"],
    ["credentials in the URL", GATE.replace("//127", "//user:pw@127"), "INVALID_RESOURCE"],
    ["another scheme", GATE.replace("http://", "ext::sh://"), "INVALID_RESOURCE"],
    ["no signers", TRUST.replace(/- name: alice[\s\S]*?\n {2}history/, "[]\n  history"), "INVALID_RESOURCE"],
    ["an abbreviated oid", TRUST.replace("root", "4f2c"), "INVALID_RESOURCE"],
    ["gates that wait for each other", `${DEPENDENT("a", "b")}---${DEPENDENT("b", "a")}`, "INVALID_RESOURCE"],
    ["two targets", GATE.replace("{path: ./out}", "{path: ./out}, cluster: {}"), "INVALID_RESOURCE"],
    ["no target", GATE.replace("directory: {path: ./out}", ""), "INVALID_RESOURCE"],
    ["an unknown kind", GATE.replace("kind: Gate", "kind: Door"), "INVALID_RESOURCE"],
    ["a key file that is not there", TRUST.replace("alice.asc", "bob.asc"), "UNREADABLE"],
    ["two resources of one name", `${GATE}---${GATE}`, "DUPLICATE_RESOURCE"],
    ["a duplicate key", GATE.replace("path: ./prod", "path: ./prod\n  path: ./test"), "NOT_YAML"],
    ["broken YAML", "a: [", "NOT_YAML"],
  ])("refuses %s", async (_, text, code) => {
    await expect(load(text)).rejects.toMatchObject({ code });
  });

  it("names file, line and field of every problem", async () => {
    const broken = GATE.replace("1m30s", "soon").replace("[baseline]", "[]");
    await expect(load(broken)).rejects.toThrow(
      /resources\.yaml:6:13: spec\.interval: .*\n.*:10:13: spec\.policies: /,
    );
  });

  it("says that a field is missing, and not what type it has", async () => {
    await expect(load(GATE.replace("trust: payments-trust", "trst: x"))).rejects.toThrow(
      /spec\.trust: is required\n.*: spec: Unrecognized key: "trst"/,
    );
  });

  it("a lone TrustPolicy is required where one is asked for", async () => {
    await writeFile(join(folder, "trust.yaml"), TRUST);
    await expect(loadTrustPolicy(join(folder, "trust.yaml"))).resolves.toMatchObject({
      name: "payments-trust",
    });
    await writeFile(join(folder, "gate.yaml"), GATE);
    await expect(loadTrustPolicy(join(folder, "gate.yaml"))).rejects.toMatchObject({
      code: "MISSING_RESOURCE",
    });
  });
});
