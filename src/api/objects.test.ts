import { describe, expect, it } from "vitest";
import { resourcesFromObjects } from "./objects.ts";

const KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
const PEM = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n";

const added = {
  uid: "7e1f",
  resourceVersion: "41",
  generation: 2,
  creationTimestamp: "2026-11-22T00:00:00Z",
  managedFields: [{ manager: "kubectl", operation: "Apply", apiVersion: "sluice.dev/v1" }],
  finalizers: ["sluice.dev/gate"],
};

/** As the API server gives it back. */
function object(kind: string, name: string, fields: object, namespace: string | undefined = "payments") {
  const apiVersion = kind === "Secret" || kind === "ConfigMap" ? "v1" : "sluice.dev/v1";
  const metadata = { ...added, name, ...(namespace !== undefined && { namespace }) };
  return { apiVersion, kind, metadata, ...fields };
}

function gate(name: string, changes: object = {}) {
  const spec = {
    source: { git: { url: "https://git.bank.example/config.git", ref: { branch: "main" } } },
    trust: "trust",
    policies: ["baseline"],
    target: { cluster: {} },
    ...changes,
  };
  return object("Gate", name, { spec, status: { observedGeneration: 1 } });
}

function trust(name: string, openpgp: object, cosign: object = { pem: PEM }, namespace?: string) {
  const spec = {
    signers: [{ name: "alice", roles: ["developer"], keys: [{ openpgp }] }],
    history: { start: "root" },
    commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
    artifacts: [{ match: ["**"], signedBy: { any: [{ cosign }] } }],
  };
  return object("TrustPolicy", name, { spec }, namespace);
}

const bundle = (rego: object, name = "baseline") => ({
  apiVersion: "sluice.dev/v1",
  kind: "PolicyBundle",
  metadata: { ...added, name },
  spec: { rego },
});

const read = (...objects: readonly unknown[]) => resourcesFromObjects(objects, { policiesDir: "/policies" });
const keyMap = (text: string, namespace?: string) =>
  object("ConfigMap", "keys", { data: { "alice.asc": text } }, namespace);
const keyRef = { configMapRef: { name: "keys", key: "alice.asc" } };

describe("objects of an API server", () => {
  it("are the resources that files would be", () => {
    const { resources, problems } = read(
      gate("prod"),
      trust("trust", { armored: KEY }),
      bundle({ path: "baseline" }),
      object("Secret", "git-token", { type: "Opaque", data: { bearerToken: "dG9rZW4=" } }),
    );
    expect(problems).toEqual([]);
    expect(resources.gates.get("payments/prod")?.resource.spec.interval).toBe(60_000);
    expect(resources.trustPolicies.get("payments/trust")?.signers[0]?.keys[0]).toMatchObject({
      armored: KEY,
    });
    expect(resources.policyBundles.get("baseline")).toMatchObject({ folder: "/policies", confined: true });
    expect(resources.secrets.get("payments/git-token")?.data).toEqual({ bearerToken: "dG9rZW4=" });
  });

  it.each([
    ["Gate", gate("broken", { policies: [] })],
    ["Gate", gate("broken", { target: { directory: { path: "/etc" } } })],
    ["Gate", gate("broken", { dependsOn: [{ name: "broken" }] })],
    ["Gate", gate("broken-".repeat(10))],
    ["TrustPolicy", trust("broken", { file: "alice.asc" })],
    ["TrustPolicy", trust("broken", { armored: KEY }, { key: "ci.pub" })],
    ["TrustPolicy", trust("broken", { armored: KEY, file: "alice.asc" })],
    ["TrustPolicy", trust("broken", keyRef)],
    ["PolicyBundle", bundle({ path: "../baseline" }, "broken")],
    ["PolicyBundle", bundle({ path: "a/../../b" }, "broken")],
    ["PolicyBundle", bundle({ path: "/etc" }, "broken")],
    ["PolicyBundle", bundle({ path: "a\0b" }, "broken")],
    ["PolicyBundle", bundle({ modules: {} }, "broken")],
    ["PolicyBundle", bundle({ modules: { "../a.rego": "" } }, "broken")],
    ["PolicyBundle", bundle({ path: "baseline", modules: { "a.rego": "" } }, "broken")],
    ["Secret", object("Secret", "broken", { data: { a: "not base64!" } })],
    ["Deployment", object("Deployment", "broken", {})],
  ])("a %s that cannot be used is a problem of that object alone (%#)", (kind, broken) => {
    const { resources, problems } = read(
      gate("prod"),
      broken,
      trust("trust", { armored: KEY }),
      bundle({ path: "baseline" }),
    );
    expect(problems).toMatchObject([
      { kind, name: broken.metadata.name, message: expect.stringMatching(/./) },
    ]);
    expect([...resources.broken]).toHaveLength(1);
    expect([...resources.gates.keys()]).toEqual(["payments/prod"]);
    expect([...resources.trustPolicies.keys()]).toEqual(["payments/trust"]);
    expect([...resources.policyBundles.keys()]).toEqual(["baseline"]);
  });

  it.each([
    undefined,
    null,
    4,
    "Gate",
    [],
    {},
    { kind: "Gate" },
    { apiVersion: "sluice.dev/v1", kind: "__proto__" },
  ])("%j is no resource, and breaks nothing", (value) => {
    const { resources, problems } = read(value, gate("prod"));
    expect(problems).toHaveLength(1);
    expect(resources.gates.size).toBe(1);
  });

  it("gates that wait for each other are refused, with the way round; others are not", () => {
    const waiting = (name: string, other: string) => gate(name, { dependsOn: [{ name: other }] });
    const { resources, problems } = read(
      waiting("a", "b"),
      waiting("b", "a"),
      waiting("c", "a"),
      waiting("d", "e"),
      waiting("e", "d"),
    );
    expect(problems.map(({ name }) => name)).toEqual(["a", "b", "d", "e"]);
    expect(problems[0]?.message).toContain("payments/a → payments/b → payments/a");
    expect([...resources.gates.keys()]).toEqual(["payments/c"]);
  });
});

describe("keys in a ConfigMap or Secret", () => {
  const keysOf = (...objects: readonly unknown[]) => {
    const policy = read(...objects).resources.trustPolicies.get("payments/trust");
    const [key] = policy?.signers[0]?.keys ?? [];
    return policy && { digest: policy.digest, armored: key?.scheme === "openpgp" && key.armored };
  };

  it("are read from the policy's own namespace, and its digest covers them", () => {
    const inline = keysOf(trust("trust", { armored: KEY }));
    expect(keysOf(keyMap("of another tenant", "lending"), trust("trust", keyRef), keyMap(KEY))).toEqual(
      inline,
    );
    const secret = object("Secret", "keys", { data: { "alice.asc": Buffer.from(KEY).toString("base64") } });
    const secretRef = { name: "keys", key: "alice.asc" };
    expect(keysOf(secret, trust("trust", { secretRef }))).toEqual(inline);
    expect(keysOf(keyMap(`${KEY}!`), trust("trust", keyRef))?.digest).not.toBe(inline?.digest);
  });

  it("serve for images too", () => {
    const images = object("ConfigMap", "keys", { data: { "ci.pub": PEM } });
    const cosign = { configMapRef: { name: "keys", key: "ci.pub" } };
    expect(keysOf(images, trust("trust", { armored: KEY }, cosign))).toEqual(
      keysOf(trust("trust", { armored: KEY })),
    );
  });

  it.each([
    ["of another namespace", keyMap(KEY, "lending")],
    ["with another key", object("ConfigMap", "keys", { data: { "bob.asc": KEY } })],
    ["of another kind", object("Secret", "keys", { stringData: { "alice.asc": KEY } })],
    ["without data", object("ConfigMap", "keys", {})],
  ])("are not there: %s", (_, other) => {
    expect(keysOf(other, trust("trust", keyRef))).toBeUndefined();
  });
});
