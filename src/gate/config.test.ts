import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadResources, type Resources } from "../api/index.ts";
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
        branch: "main",
        credentials: undefined,
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
    [
      { username: "robot", password: "p" },
      { username: "robot", password: "p" },
    ],
    [{ bearerToken: "t" }, { bearerToken: "t" }],
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
