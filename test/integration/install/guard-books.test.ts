import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromKubeConfigFile, KubeClient } from "../../../src/kube/index.ts";
import { type Cluster, startCluster } from "../../support/cluster.ts";
import { describeWithTools } from "../../support/tools.ts";
import {
  type Answer,
  ask,
  create,
  installWithGuard,
  labelsOf,
  makeObjects,
  type Somebody,
  sluiceKubeconfig,
} from "./guarded.ts";

/** Objects of Sluice's own kinds that a gate applied: the only ones of its kinds that the guard looks at. */
const gate = {
  apiVersion: "sluice.dev/v1",
  kind: "Gate",
  metadata: { name: "inner", namespace: "payments", labels: labelsOf("payments") },
  spec: {
    interval: "1h",
    source: { git: { url: "https://git.bank.example/inner.git", ref: { branch: "main" } } },
    trust: "trust",
    policies: ["baseline"],
    target: { cluster: { serviceAccountName: "deployer" } },
  },
};
const inventory = {
  apiVersion: "sluice.dev/v1",
  kind: "Inventory",
  metadata: { name: "inner-0", namespace: "payments", labels: labelsOf("payments") },
  gate: { name: "inner" },
  objects: [],
};

describeWithTools(["etcd", "kube-apiserver", "kubectl"], "the guard, where Sluice keeps its books", () => {
  let cluster: Cluster;
  let sluice: Somebody;
  let stranger: Somebody;

  beforeAll(async () => {
    cluster = await startCluster();
    await installWithGuard(cluster);
    await makeObjects(cluster);
    await create(cluster, [gate]);
    await cluster.kubectl(
      "create",
      "clusterrolebinding",
      "owner",
      "--clusterrole=sluice-gate-owner",
      "--user=stranger",
    );
    sluice = { kubeconfig: await sluiceKubeconfig(cluster), flags: [] };
    stranger = { kubeconfig: await cluster.userKubeconfig("stranger"), flags: [] };
  }, 120_000);

  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
  });

  async function patchGate(who: Somebody, body: object, ...flags: string[]): Promise<Answer["verdict"]> {
    const patch = ["--type=merge", "--dry-run=server", "-p", JSON.stringify(body)];
    return (await ask(cluster, who, ["patch", "gate", "inner", "-n", "payments", ...patch, ...flags]))
      .verdict;
  }

  it("lets it set a Gate's finalizer, and nobody else", async () => {
    const finalizers = { metadata: { finalizers: ["sluice.dev/gate"] } };
    expect(await patchGate(sluice, finalizers)).toBe("allowed");
    expect(await patchGate(stranger, finalizers)).toBe("guard");
  });

  it("lets it write a Gate's status", async () => {
    await using client = new KubeClient(await fromKubeConfigFile(sluice.kubeconfig));
    const { apiVersion, kind, metadata } = gate;
    const { namespace, name } = metadata;
    const object = { apiVersion, kind, metadata: { namespace, name }, status: { observedGeneration: 1 } };
    const options = { fieldManager: "sluice-controller", subresource: "status", dryRun: true } as const;
    expect(await client.apply(object, options)).toMatchObject({ status: object.status });
  });

  describe.for([
    ["the source", { spec: { source: { git: { url: "https://evil.example/inner.git" } } } }],
    ["the account", { spec: { target: { cluster: { serviceAccountName: "admin" } } } }],
    ["a request", { metadata: { annotations: { "sluice.dev/requestedAt": "now" } } }],
    ["a label", { metadata: { labels: { "sluice.dev/gate-name": "other" } } }],
  ] as const)("does not let it change %s of a Gate", ([, body]) => {
    it.for([
      ["alone", {}],
      ["with the finalizer", { finalizers: ["sluice.dev/gate"] }],
    ] as const)("%s", async ([, metadata]) => {
      const own = "metadata" in body ? body.metadata : {};
      expect(await patchGate(sluice, { ...body, metadata: { ...own, ...metadata } })).toBe("guard");
    });
  });

  it("lets it keep inventories, and change no other object of a gate", async () => {
    const make = async (who: Somebody, object: object) => {
      const args = ["create", "-f", "-", "--dry-run=server"];
      return (await ask(cluster, who, args, JSON.stringify(object))).verdict;
    };
    expect(await make(sluice, inventory)).toBe("allowed");
    const { metadata } = inventory;
    expect(await make(sluice, { apiVersion: "v1", kind: "ConfigMap", metadata })).toBe("guard");
    expect(await make({ ...stranger, kubeconfig: cluster.adminKubeconfig }, inventory)).toBe("guard");
  });
});
