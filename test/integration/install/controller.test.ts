import { mkdir } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fromKubeConfigFile, KubeClient } from "../../../src/kube/index.ts";
import { shareCompiled } from "../../support/cli.ts";
import { type Cluster, startCluster } from "../../support/cluster.ts";
import { describeWithTools } from "../../support/tools.ts";
import { World } from "../../support/world.ts";
import { eventually, type Replica, Scene } from "../controller/scene.ts";
import { requestsOf } from "./audit-events.ts";
import { ask, installWithGuard, sluiceKubeconfig } from "./guarded.ts";
import { NAMESPACE, SLUICE } from "./overlay.ts";

const TENANT = "payments";
const DEPLOYER = `system:serviceaccount:${TENANT}:deployer`;

/** What the gate's account may do in its namespace, and so what the gate may. */
const DEPLOYER_RULES = [
  {
    apiGroups: ["", "apps"],
    resources: ["configmaps", "secrets", "deployments"],
    verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
  },
];

const object = (kind: string, more: object): string =>
  JSON.stringify({ apiVersion: "v1", kind, metadata: { name: "extra", namespace: TENANT }, ...more });

describeWithTools(
  ["etcd", "kube-apiserver", "kubectl"],
  "the controller with the rights of the manifests",
  () => {
    let cluster: Cluster;
    let client: KubeClient;
    let world: World;
    let scene: Scene;
    let kubeconfig: string;

    beforeAll(async () => {
      cluster = await startCluster({ audit: true });
      await installWithGuard(cluster);
      await cluster.createNamespace(TENANT);
      await giveDeployer(cluster);
      client = new KubeClient(await fromKubeConfigFile(cluster.adminKubeconfig));
      world = await World.open();
      await mkdir(world.state, { recursive: true });
      await shareCompiled(world);
      scene = new Scene({ cluster, client, world, namespace: TENANT });
      kubeconfig = await sluiceKubeconfig(cluster);
      await scene.putRules();
    }, 120_000);

    afterAll(async () => {
      await world[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    });

    function start(): Replica {
      return scene.start("--kubeconfig", kubeconfig, "--lease-namespace", NAMESPACE);
    }

    /** What Sluice itself was refused, not an account that it acted as. */
    async function refused(): Promise<string[]> {
      const events = await requestsOf(cluster, SLUICE);
      const own = events.filter(({ impersonatedUser }) => impersonatedUser === undefined);
      const forbidden = own.filter(({ responseStatus }) => responseStatus?.code === 403);
      return [...new Set(forbidden.map(({ verb, objectRef }) => `${verb} ${objectRef?.resource}`))];
    }

    it("applies, corrects, prunes and cleans up, and asks for nothing that it may not do", async () => {
      await world.push({
        tree: world.tree(1, { "prod/extra.yaml": object("ConfigMap", { data: { a: "1" } }) }),
      });
      await scene.putGate({ target: { cluster: { serviceAccountName: "deployer", prune: true } } });
      const replica = start();
      await scene.until({ Ready: "True Reconciled", Applied: "True Applied" });
      expect(await cluster.kubectl("get", "cm", "extra", "-n", TENANT, "-o", "jsonpath={.data.a}")).toBe("1");

      const admin = { kubeconfig: cluster.adminKubeconfig, flags: [] };
      const change = ["patch", "cm", "extra", "-n", TENANT, "--type=merge", "-p", '{"data":{"a":"2"}}'];
      expect(await ask(cluster, admin, change)).toMatchObject({ verdict: "guard" });
      const breaker = {
        ...admin,
        flags: ["--as=root", "--as-group=sluice:break-glass", "--as-group=system:masters"],
      };
      expect(await ask(cluster, breaker, change)).toMatchObject({ verdict: "allowed" });
      const value = () => cluster.kubectl("get", "cm", "extra", "-n", TENANT, "-o", "jsonpath={.data.a}");
      await eventually(async () => expect(await value()).toBe("1"));

      await world.push({ tree: world.tree(2) });
      await eventually(async () => expect(await scene.replicas()).toBe(2));
      await eventually(async () =>
        expect(await cluster.kubectl("get", "cm", "-n", TENANT, "-o", "name")).toBe(""),
      );

      await scene.remove("Gate", "prod");
      await eventually(async () => expect(await scene.gate()).toBeUndefined());
      expect(await scene.deployment()).toBeUndefined();
      expect(await replica.end()).toBe(0);
      expect(await refused()).toEqual([]);
    }, 60_000);

    it("writes to workloads as the gate's account alone, in the gate's name", async () => {
      const writes = (await requestsOf(cluster, SLUICE)).filter(
        ({ verb, objectRef }) =>
          ["create", "update", "patch", "delete"].includes(verb) &&
          ["configmaps", "deployments"].includes(objectRef?.resource ?? ""),
      );
      expect(writes.length).toBeGreaterThan(3);
      for (const { impersonatedUser } of writes) {
        expect(impersonatedUser).toMatchObject({
          username: DEPLOYER,
          extra: { "sluice.dev/gate": [`${TENANT}/prod`] },
        });
      }
    });

    it("writes as itself what the guard leaves to it, its Lease and Events", async () => {
      const own = (await requestsOf(cluster, SLUICE)).filter(
        ({ impersonatedUser }) => impersonatedUser === undefined,
      );
      const writes = own.filter(({ verb }) => ["create", "update", "patch", "delete"].includes(verb));
      const written = new Set(writes.map(({ objectRef }) => objectRef?.resource));
      expect([...written].sort()).toEqual(["events", "gates", "leases"]);
    });

    it("applies nothing of a change of which its account may not do all", async () => {
      await world.push({ tree: world.tree(1, { "prod/extra.yaml": object("ServiceAccount", {}) }) });
      await scene.putGate({ target: { cluster: { serviceAccountName: "deployer" } } });
      const replica = start();
      await eventually(async () => {
        const [ready = ""] = await scene.conditions(["Ready"]);
        expect(ready).toMatch(/^False /);
      });
      expect(await scene.deployment()).toBeUndefined();
      expect(await cluster.kubectl("get", "sa", "-n", TENANT, "-o", "name")).not.toContain("extra");
      expect(await replica.end()).toBe(0);
      await scene.remove("Gate", "prod");
    }, 60_000);

    it("gets along without a watch of Secrets, which it may not have", async () => {
      const secret = object("Secret", { stringData: { password: "not-told" } });
      await world.push({ tree: world.tree(1, { "prod/extra.yaml": secret }) });
      await scene.putGate({ target: { cluster: { serviceAccountName: "deployer" } } }, "secretive");
      const replica = start();
      await scene.until({ Ready: "True Reconciled", Applied: "True Applied" }, "secretive");
      expect(await cluster.kubectl("get", "secret", "extra", "-n", TENANT, "-o", "name")).toBe(
        "secret/extra\n",
      );
      expect(await replica.end()).toBe(0);
      expect(replica.output).not.toContain("not-told");
      expect(new Set(await refused())).toEqual(new Set(["list secrets"]));
    }, 60_000);
  },
);

async function giveDeployer(cluster: Cluster): Promise<void> {
  const metadata = { name: "deployer", namespace: TENANT };
  const rbac = "rbac.authorization.k8s.io";
  const items = [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion: `${rbac}/v1`, kind: "Role", metadata, rules: DEPLOYER_RULES },
    {
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: rbac, kind: "Role", name: "deployer" },
      subjects: [{ kind: "ServiceAccount", name: "deployer", namespace: TENANT }],
    },
  ];
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const { code, stderr } = await cluster.runKubectl(["create", "-f", "-"], { input });
  if (code !== 0) throw new Error(stderr);
}
