import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadResources, type Resources, resourcesFromObjects } from "../api/index.ts";
import { selectGates } from "./config.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJDfFSBsrtQqhQEuWQtfjnG9wtVZuZ4VF6rqKvAhx0yD";

function resource(kind: string, name: string, namespace: string, spec: object) {
  return { apiVersion: "sluice.dev/v1", kind, metadata: { name, namespace }, spec };
}

function gate(namespace: string, name = "prod", changes: object = {}, source: object = {}) {
  const git = { url: "https://git.bank.example/config.git", ref: { branch: "main" }, ...source };
  return resource("Gate", name, namespace, {
    source: { git },
    trust: "trust",
    policies: ["baseline"],
    target: { directory: { path: `./out/${namespace}/${name}` } },
    ...changes,
  });
}

function trust(namespace: string, start = "root") {
  return resource("TrustPolicy", "trust", namespace, {
    signers: [{ name: "alice", roles: ["developer"], keys: [{ ssh: KEY }] }],
    history: { start },
    commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
  });
}

const bundle = {
  apiVersion: "sluice.dev/v1",
  kind: "PolicyBundle",
  metadata: { name: "baseline" },
  spec: { rego: { path: "../policies" }, parameters: { registries: ["registry.bank.example"] } },
};

function secret(namespace: string, stringData: object) {
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "git-token", namespace }, stringData };
}

const withAuth = { auth: { secretRef: { name: "git-token" } } };

async function load(...resources: readonly object[]): Promise<{ resources: Resources; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-config-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [index, each] of resources.entries())
    await writeFile(join(folder, `${index}.json`), JSON.stringify(each));
  return { resources: await loadResources([folder]), folder };
}

describe("what a gate names", () => {
  it("is found, with paths from the file that names them", async () => {
    const { resources, folder } = await load(gate("payments"), trust("payments"), bundle);
    expect(selectGates(resources, [])).toMatchObject([
      {
        gate: { namespace: "payments", name: "prod" },
        interval: 60_000,
        suspend: false,
        ref: { branch: "main" },
        credentials: undefined,
        submodules: [],
        path: "",
        trust: { name: "trust", namespace: "payments" },
        bundles: [
          {
            name: "baseline",
            source: { folder: join(folder, "../policies") },
            parameters: { registries: ["registry.bank.example"] },
          },
        ],
        namespaces: ["payments"],
        clusterResources: false,
        target: { kind: "directory", path: join(folder, "out/payments/prod") },
      },
    ]);
  });

  it.each([
    ["a TrustPolicy of another namespace", [trust("lending"), bundle], gate("payments")],
    ["no TrustPolicy", [bundle], gate("payments")],
    ["no PolicyBundle", [trust("payments")], gate("payments")],
    [
      "one PolicyBundle of two",
      [trust("payments"), bundle],
      gate("payments", "prod", { policies: ["baseline", "b"] }),
    ],
    [
      "a Secret of another namespace",
      [trust("payments"), bundle, secret("lending", { bearerToken: "t" })],
      gate("payments", "prod", {}, withAuth),
    ],
    ["no Secret", [trust("payments"), bundle], gate("payments", "prod", {}, withAuth)],
  ])("is not: %s", async (_, others, gate) => {
    const { resources } = await load(...others, gate);
    expect(() => selectGates(resources, [])).toThrow(expect.objectContaining({ code: "MISSING_RESOURCE" }));
  });

  it("is the one in the gate's own namespace, where another has its name", async () => {
    const { resources } = await load(
      gate("payments"),
      trust("lending", "tip"),
      trust("payments", "root"),
      bundle,
    );
    expect(selectGates(resources, [])).toMatchObject([
      { trust: { namespace: "payments", history: { start: "root" } } },
    ]);
  });

  it.each([
    [{ username: "robot", password: "p" }, { login: { username: "robot", password: "p" } }],
    [{ bearerToken: "t" }, { login: { bearerToken: "t" } }],
    [{ "ca.crt": "a" }, { tls: { authorities: "a" } }],
    [
      { identity: "i", known_hosts: "k" },
      { identity: "i", knownHosts: "k" },
    ],
  ])("credentials are read from the Secret", async (data, credentials) => {
    const { resources } = await load(
      gate("payments", "prod", {}, withAuth),
      trust("payments"),
      bundle,
      secret("payments", data),
      secret("lending", { bearerToken: "of another tenant" }),
    );
    expect(selectGates(resources, [])).toMatchObject([{ credentials }]);
  });

  it("a proxy is read from its Secret, with credentials for the server or without", async () => {
    const address = "http://proxy.bank.example:3128";
    const proxied = (auth: object) => ({ proxy: { secretRef: { name: "proxy" } }, ...auth });
    for (const auth of [{}, withAuth]) {
      const { resources } = await load(
        gate("payments", "prod", {}, proxied(auth)),
        trust("payments"),
        bundle,
        secret("payments", { bearerToken: "t" }),
        { ...secret("payments", { address }), metadata: { name: "proxy", namespace: "payments" } },
      );
      const login = auth === withAuth ? { login: { bearerToken: "t" } } : {};
      expect(selectGates(resources, [])[0]?.credentials).toEqual({ ...login, proxy: { address } });
    }
  });

  it.each([
    ["without credentials", { token: "t" }],
    ["with a name and no password", { username: "robot" }],
    ["with a token that no header carries", { bearerToken: "one\ntwo" }],
    ["with an empty token", { bearerToken: "" }],
  ])("a Secret %s is an error, not anonymous access", async (_, data) => {
    const { resources } = await load(
      gate("payments", "prod", {}, withAuth),
      trust("payments"),
      bundle,
      secret("payments", data),
    );
    expect(() => selectGates(resources, [])).toThrow(expect.objectContaining({ code: "INVALID_RESOURCE" }));
  });
});

describe("a cluster as the target", () => {
  const kubeConfig = { secretRef: { name: "remote" } };
  const clusterGate = (cluster: object) => gate("payments", "prod", { target: { cluster } });
  const remote = (stringData: object, namespace = "payments") => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "remote", namespace },
    stringData,
  });
  const targetOf = async (...resources: readonly object[]) => {
    const loaded = await load(trust("payments"), bundle, ...resources);
    return selectGates(loaded.resources, [])[0]?.target;
  };

  it("has careful defaults", async () => {
    expect(await targetOf(clusterGate({}))).toEqual({
      kind: "cluster",
      serviceAccountName: undefined,
      prune: false,
      wait: false,
      timeout: 300_000,
      force: false,
      drift: "Correct",
      healthChecks: [],
      kubeConfig: undefined,
    });
  });

  it.each([
    [{ secretRef: { name: "remote" } }, { value: "the text" }, "value"],
    [{ secretRef: { name: "remote", key: "config" } }, { value: "x", config: "the text" }, "config"],
  ])("may be another one, whose kubeconfig lies in a Secret", async (reference, data, key) => {
    const target = await targetOf(clusterGate({ kubeConfig: reference }), remote(data));
    expect(target).toMatchObject({ kubeConfig: { secret: "remote", key, text: "the text" } });
  });

  it.each([
    ["is not there", undefined, "MISSING_RESOURCE"],
    ["is of another namespace", remote({ value: "x" }, "lending"), "MISSING_RESOURCE"],
    ["has another key", remote({ kubeconfig: "x" }), "INVALID_RESOURCE"],
    ["is empty", remote({ value: "" }), "INVALID_RESOURCE"],
    ["has the key by inheritance only", remote({ toString: "x" }), "INVALID_RESOURCE"],
  ])("is not this cluster where the Secret %s", async (_, secret, code) => {
    const resources = [clusterGate({ kubeConfig }), ...(secret === undefined ? [] : [secret])];
    await expect(targetOf(...resources)).rejects.toMatchObject({ code });
  });
});

describe("a gate on a cluster", () => {
  const inCluster = { target: { cluster: {} }, dependsOn: [{ name: "db" }], retryInterval: "5s" };
  const select = (...objects: readonly object[]) =>
    selectGates(resourcesFromObjects(objects, { policiesDir: "/policies" }).resources, ["payments/prod"]);
  const packed = { ...bundle, spec: { rego: { path: "packs/./baseline" } } };

  it("names folders below the installation's", () => {
    expect(select(gate("payments", "prod", inCluster), trust("payments"), packed)).toMatchObject([
      {
        retryInterval: 5_000,
        dependsOn: ["db"],
        deletionPolicy: "MirrorPrune",
        bundles: [{ source: { folder: "/policies/packs/baseline", within: "/policies" } }],
      },
    ]);
  });

  it("or files that are in the bundle", () => {
    const inline = { ...bundle, spec: { rego: { modules: { "a/b.rego": "package é" } } } };
    const [config] = select(gate("payments", "prod", inCluster), trust("payments"), inline);
    expect(config?.bundles[0]?.source).toEqual({ files: new Map([["a/b.rego", Buffer.from("package é")]]) });
  });

  it("is closed without its trust, and says when that is there and cannot be used", () => {
    const all = [gate("payments", "prod", inCluster), packed];
    expect(() => select(...all)).toThrow(expect.objectContaining({ code: "MISSING_RESOURCE" }));
    const broken = trust("payments", "yesterday");
    expect(() => select(...all, broken)).toThrow(expect.objectContaining({ code: "INVALID_RESOURCE" }));
    expect(select(...all, broken, trust("payments"))).toHaveLength(1);
  });
});

describe("choosing gates", () => {
  const all = [
    gate("payments"),
    gate("lending"),
    gate("lending", "test"),
    trust("payments"),
    trust("lending"),
    bundle,
  ];
  const namesOf = async (...names: readonly string[]) =>
    selectGates((await load(...all)).resources, names).map(
      ({ gate: { namespace, name } }) => `${namespace}/${name}`,
    );

  it.each([
    [[], ["payments/prod", "lending/prod", "lending/test"]],
    [["test"], ["lending/test"]],
    [["lending/prod"], ["lending/prod"]],
    [
      ["payments/prod", "test"],
      ["payments/prod", "lending/test"],
    ],
  ])("by %j", async (names, chosen) => {
    expect(await namesOf(...names)).toEqual(chosen);
  });

  it.each(["prod", "nothing", "payments/test", "lending/"])("not by %s", async (name) => {
    await expect(namesOf(name)).rejects.toMatchObject({ code: "MISSING_RESOURCE" });
  });

  it("each once, however often it is named", async () => {
    expect(await namesOf("test", "lending/test")).toEqual(["lending/test"]);
  });

  it("none of which has another's target", async () => {
    const twin = gate("lending", "twin", { target: { directory: { path: "./x/../out/payments/prod" } } });
    const { resources } = await load(...all, twin);
    expect(() => selectGates(resources, [])).toThrow(expect.objectContaining({ code: "INVALID_RESOURCE" }));
  });

  it("there must be one", async () => {
    const { resources } = await load(trust("payments"), bundle);
    expect(() => selectGates(resources, [])).toThrow(expect.objectContaining({ code: "MISSING_RESOURCE" }));
  });
});
