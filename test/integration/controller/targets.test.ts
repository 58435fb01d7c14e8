import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { describeWithTools } from "../../support/tools.ts";
import { eventually, type Scene, useScenes } from "./scene.ts";

const DEPLOYER = "deployer";

/** What the gate's ServiceAccount may do; by nothing but RBAC. */
async function allow(scene: Scene, verbs: readonly string[]): Promise<void> {
  const { namespace } = scene;
  const rules = [{ apiGroups: ["apps"], resources: ["deployments"], verbs }];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: DEPLOYER };
  const subjects = [{ kind: "ServiceAccount", name: DEPLOYER, namespace }];
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const metadata = { name: DEPLOYER, namespace };
  const options = { fieldManager: "test", force: true };
  await scene.put("ServiceAccount", DEPLOYER, {}, "v1");
  await scene.client.apply({ apiVersion, kind: "Role", metadata, rules }, options);
  await scene.client.apply({ apiVersion, kind: "RoleBinding", metadata, roleRef, subjects }, options);
}

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "what a gate acts as", () => {
  const open = useScenes();

  it.each([
    ["that it names", { serviceAccountName: DEPLOYER }, []],
    ["that the installation names", {}, ["--default-service-account", DEPLOYER]],
  ])("is the ServiceAccount %s, with its rights and no others", async (_, target, args) => {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(1) });
    await allow(scene, ["get"]);
    await scene.putGate({ target: { cluster: target } });
    scene.run(...args);
    await scene.until({ Ready: "False Forbidden", Admitted: "True Admitted", Applied: "False Forbidden" });
    expect(await scene.deployment()).toBeUndefined();
    await allow(scene, ["get", "create", "patch"]);
    await scene.until({ Ready: "True Reconciled", Applied: "True Applied" });
    expect(await scene.replicas()).toBe(1);
  });

  it("is never the controller itself, and a gate without an account holds nothing up", async () => {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(1) });
    await scene.putGate();
    const replica = scene.start("--namespace", scene.namespace);
    await scene.until({ Ready: "False NoServiceAccount", Stalled: "True NoServiceAccount" });
    expect(await scene.deployment()).toBeUndefined();
    expect(replica.said("admitted")).toBeUndefined();
    await scene.remove("Gate", "prod");
    expect(await scene.gate()).toBeUndefined();
  });

  it("may be gone with its namespace, which its Gate does not hold up", async () => {
    const scene = await open();
    const { cluster, namespace } = scene;
    await scene.world.push({ tree: scene.world.tree(1) });
    await allow(scene, ["get", "create", "patch", "delete"]);
    await scene.putGate({
      interval: "1h",
      target: { cluster: { serviceAccountName: DEPLOYER, prune: true } },
    });
    const replica = scene.run();
    await scene.until({ Ready: "True Reconciled" });
    await cluster.kubectl("delete", "rolebinding", DEPLOYER, "-n", namespace);
    await scene.remove("Gate", "prod");
    await scene.until({ Ready: "False Forbidden" }); // a permission that is missing may come back
    expect((await scene.gate())?.metadata.finalizers).toEqual(["sluice.dev/gate"]);
    await cluster.kubectl("delete", "namespace", namespace, "--wait=false");
    await eventually(async () => expect(await scene.gate(), replica.output).toBeUndefined(), 60_000);
  }, 120_000);

  it("is whom a kubeconfig of a Secret names, and nothing that runs a program on the way", async () => {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(1) });
    const text = await readFile(scene.cluster.adminKubeconfig, "utf8");
    const ran = join(scene.world.folder, "ran");
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "touch", args: [ran] };
    const config = JSON.parse(text) as { users: object[] };
    const running = { ...config, users: [{ name: "user", user: { exec } }] };
    await scene.put("Secret", "remote", { stringData: { value: JSON.stringify(running) } }, "v1");
    await scene.putGate({ target: { cluster: { kubeConfig: { secretRef: { name: "remote" } } } } });
    scene.run();
    await scene.until({ Ready: "False Config", Stalled: "True Config" });
    expect(existsSync(ran)).toBe(false);
    expect(await scene.deployment()).toBeUndefined();
    await scene.put("Secret", "remote", { stringData: { value: text } }, "v1");
    await scene.until({ Ready: "True Reconciled" });
    expect(await scene.replicas()).toBe(1);
  });

  it("does not become another cluster's while what was applied is in this one", async () => {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(1) });
    await scene.putGate({ interval: "300ms", deletionPolicy: "Orphan" });
    scene.run();
    await scene.until({ Ready: "True Reconciled" });
    const value = await readFile(scene.cluster.adminKubeconfig, "utf8");
    await scene.put("Secret", "remote", { stringData: { value } }, "v1");
    const target = { cluster: { kubeConfig: { secretRef: { name: "remote" } } } };
    await scene.putGate({ interval: "300ms", deletionPolicy: "Orphan", target });
    await scene.until({ Ready: "False TargetMoved", Stalled: "True TargetMoved" });
    await scene.remove("Gate", "prod");
    await eventually(async () => expect(await scene.gate()).toBeUndefined());
    expect(await scene.replicas()).toBe(1);
  });

  it("finds its Secrets in its own namespace only", async () => {
    const scene = await open();
    const other = await open();
    await other.put("Secret", "remote", { stringData: { value: "text" } }, "v1");
    await scene.world.push({ tree: scene.world.tree(1) });
    await scene.putGate({ target: { cluster: { kubeConfig: { secretRef: { name: "remote" } } } } });
    scene.run();
    await scene.until({ Ready: "False MissingResource" });
    expect(await scene.deployment()).toBeUndefined();
  });
});

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "what a gate has applied", () => {
  const open = useScenes();

  it("is put back when somebody changes it, without waiting for the interval", async () => {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(2) });
    await scene.putGate({ interval: "1h" });
    const replica = scene.run();
    await scene.until({ Ready: "True Reconciled" });
    await scene.scaleByHand(5);
    await eventually(async () => expect(await scene.replicas()).toBe(2));
    await eventually(() =>
      expect(replica.lines.filter(({ msg }) => msg === "admitted")).toMatchObject([
        { drift: 0 },
        { drift: 1 },
      ]),
    );
  });

  it("is left as somebody changed it where drift is reported, which is told once", async () => {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(2) });
    await scene.putGate({ interval: "300ms", target: { cluster: { drift: "Report" } } });
    scene.run();
    await scene.until({ Ready: "True Reconciled" });
    expect(JSON.stringify((await scene.gate())?.status)).not.toContain("changed since");
    const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: scene.namespace, name: "api" };
    const body = { spec: { replicas: 5 } };
    await scene.client.patch(ref, { type: "merge", body }, { fieldManager: "hand" });
    await eventually(async () =>
      expect(JSON.stringify((await scene.gate())?.status)).toContain(`Deployment ${scene.namespace}/api`),
    );
    await sleep(1_500);
    expect(await scene.conditions(["Ready", "Applied"])).toEqual(["True Reconciled", "True Applied"]);
    expect(await scene.replicas()).toBe(5);
    expect((await scene.events()).filter((event) => event === "Warning Applied")).toHaveLength(1);
  });

  it("is put back while the head of the branch is refused", async () => {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(2) });
    await scene.putGate({ interval: "1s" });
    scene.run();
    await scene.until({ Ready: "True Reconciled" });
    await scene.world.push({ tree: scene.world.tree(3), by: scene.world.mallory });
    await scene.until({ Ready: "False UnknownKey" });
    await scene.scaleByHand(5);
    await eventually(async () => expect(await scene.replicas()).toBe(2));
    await scene.until({ Ready: "False UnknownKey" });
  });

  it("is waited for where the gate says so, until it works", async () => {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(1) });
    await scene.putGate({ interval: "1h", target: { cluster: { wait: true } } });
    scene.run();
    await scene.until({
      Ready: "Unknown InProgress",
      Healthy: "Unknown InProgress",
      Applied: "True Applied",
    });
    const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: scene.namespace, name: "api" };
    const counts = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
    const status = {
      observedGeneration: (await scene.deployment())?.metadata.generation,
      ...counts,
      conditions: [
        { type: "Available", status: "True", reason: "MinimumReplicasAvailable" },
        { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" },
      ],
    };
    await scene.client.patch(ref, { type: "merge", body: { status } }, { subresource: "status" });
    await scene.until({
      Ready: "True Reconciled",
      Healthy: "True Healthy",
      Reconciling: "undefined undefined",
    });
  });

  it("is not well when it does not work within the timeout", async () => {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(1) });
    await scene.putGate({ interval: "1s", target: { cluster: { wait: true, timeout: "2s" } } });
    scene.run();
    await scene.until({ Ready: "False Unhealthy", Healthy: "False Unhealthy", Stalled: "True Unhealthy" });
  });
});
