import { describe, expect, it } from "vitest";
import { selectGates } from "../../gate/index.ts";
import { KubeError, type KubeErrorCode, type KubeObject, type ObjectRef } from "../../kube/index.ts";
import { type Known, resolveGate } from "./resolve.ts";

const ARMORED = "-----BEGIN PGP PUBLIC KEY BLOCK-----";

function object(kind: string, name: string, fields: object, namespace = "payments") {
  const metadata = { name, uid: name, generation: 1, ...(namespace !== "" && { namespace }) };
  const apiVersion = kind === "Secret" || kind === "ConfigMap" ? "v1" : "sluice.dev/v1";
  return { apiVersion, kind, metadata, ...fields } satisfies KubeObject;
}

function gate(name: string, changes: object = {}) {
  const git = {
    url: "https://git.bank.example/config.git",
    ref: { branch: "main" },
    auth: { secretRef: { name: "git" } },
  };
  const spec = { source: { git }, trust: "trust", policies: ["limits"], target: { cluster: {} }, ...changes };
  return object("Gate", name, { spec });
}

function forHost(secret: KubeObject): KubeObject {
  const annotations = { "sluice.dev/git-host": "git.bank.example" };
  return { ...secret, metadata: { ...secret.metadata, annotations } };
}

const TRUST = object("TrustPolicy", "trust", {
  spec: {
    signers: [
      {
        name: "alice",
        roles: ["developer"],
        keys: [{ openpgp: { configMapRef: { name: "keys", key: "alice.asc" } } }],
      },
    ],
    history: { start: "root" },
    commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
  },
});
const BUNDLE = object("PolicyBundle", "limits", { spec: { rego: { path: "limits" } } }, "");
const SECRET = forHost(object("Secret", "git", { data: { bearerToken: "dG9rZW4=" } }));
const KEYS = object("ConfigMap", "keys", { data: { "alice.asc": ARMORED } });

function world(gates: readonly KubeObject[], data: readonly KubeObject[], fault?: KubeErrorCode) {
  const watched = [...gates, TRUST, object("TrustPolicy", "other", TRUST, "lending"), BUNDLE];
  const known: Known = {
    get: (kind, key) =>
      watched.find(
        (each) =>
          each.kind === kind &&
          [each.metadata.namespace, each.metadata.name].filter(Boolean).join("/") === key,
      ),
  };
  const asked: ObjectRef[] = [];
  const client = {
    get: async (ref: ObjectRef) => {
      asked.push(ref);
      if (fault !== undefined) throw new KubeError(fault, "no");
      return data.find(({ kind, metadata }) => kind === ref.kind && metadata.name === ref.name);
    },
  };
  return { asked, options: { known, client, policiesDir: "/policies" } };
}

describe("what a gate's submodule names", () => {
  const submodule = { path: "vendor", url: "https://vendor.example/base.git", trust: "vendors" };
  const source = (changes: object = {}) => ({
    git: {
      url: "https://git.bank.example/config.git",
      ref: { branch: "main" },
      submodules: [{ ...submodule, auth: { secretRef: { name: "vendor" } }, ...changes }],
    },
  });
  const vendors = object("TrustPolicy", "vendors", {
    ...TRUST,
    metadata: { namespace: "payments", name: "vendors" },
  });
  const secret = object("Secret", "vendor", { data: { bearerToken: "dG9rZW4=" } });
  const annotated = (host: string) => ({
    ...secret,
    metadata: { ...secret.metadata, annotations: { "sluice.dev/git-host": host } },
  });

  async function select(data: readonly KubeObject[], policies: readonly KubeObject[] = [vendors]) {
    const { options } = world(policies, [KEYS, ...data]);
    const { resources } = await resolveGate(gate("prod", { source: source() }), options);
    return selectGates(resources, ["prod"])[0]?.submodules;
  }

  it("is found: its own trust, and credentials that are for its own host", async () => {
    expect(await select([annotated("vendor.example")])).toMatchObject([
      {
        path: "vendor",
        url: submodule.url,
        trust: { name: "vendors" },
        credentials: { login: { bearerToken: "token" } },
      },
    ]);
  });

  it("is missed, and nothing of the gate's own stands in for it", async () => {
    await expect(select([annotated("git.bank.example")])).rejects.toMatchObject({ code: "INVALID_RESOURCE" });
    await expect(select([])).rejects.toMatchObject({ code: "MISSING_RESOURCE" });
    await expect(select([annotated("vendor.example")], [])).rejects.toMatchObject({
      code: "MISSING_RESOURCE",
    });
  });
});

describe("what a gate names", () => {
  it("is found, and read by name in its own namespace only", async () => {
    const { asked, options } = world([], [SECRET, KEYS]);
    const { resources } = await resolveGate(gate("prod"), options);
    const [config] = selectGates(resources, ["payments/prod"]);
    expect(config).toMatchObject({
      credentials: { login: { bearerToken: "token" } },
      trust: { name: "trust" },
    });
    expect(config?.bundles).toMatchObject([{ source: { folder: "/policies/limits" } }]);
    expect(asked.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`)).toEqual([
      "Secret payments/git",
      "ConfigMap payments/keys",
    ]);
  });

  it("is missing where it is not there, which closes the gate and is no other's fault", async () => {
    const { options } = world([], [KEYS]);
    const { resources } = await resolveGate(gate("prod"), options);
    expect(() => selectGates(resources, ["payments/prod"])).toThrow(
      expect.objectContaining({ code: "MISSING_RESOURCE" }),
    );
  });

  it("is a fault of the gate where it may not be read, and of the moment where the server is away", async () => {
    const denied = world([], [], "FORBIDDEN");
    await expect(resolveGate(gate("prod"), denied.options)).rejects.toMatchObject({ code: "UNREADABLE" });
    const away = world([], [], "UNREACHABLE");
    await expect(resolveGate(gate("prod"), away.options)).rejects.toMatchObject({ code: "UNREACHABLE" });
  });
});

describe("a gate that cannot be used", () => {
  it.each([
    ["without policies", gate("prod", { policies: [] })],
    ["that writes to the controller's disk", gate("prod", { target: { directory: { path: "/etc" } } })],
    ["that waits for one that waits for it", gate("prod", { dependsOn: [{ name: "network" }] })],
  ])("is refused: one %s", async (_, broken) => {
    const network = gate("network", { dependsOn: [{ name: "prod" }] });
    const { options } = world([broken, network], [SECRET, KEYS]);
    await expect(resolveGate(broken, options)).rejects.toMatchObject({ code: "INVALID_RESOURCE" });
  });

  it("is not one that waits for a gate which waits for nobody", async () => {
    const waiting = gate("prod", { dependsOn: [{ name: "network" }] });
    const { options } = world([waiting, gate("network")], [SECRET, KEYS]);
    const { located } = await resolveGate(waiting, options);
    expect(located.resource.spec.dependsOn).toEqual([{ name: "network" }]);
  });
});
