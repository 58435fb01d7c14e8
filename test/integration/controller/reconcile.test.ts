import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { DirectoryFiles } from "../../../src/audit/index.ts";
import { readEntries } from "../../support/log-entries.ts";
import { describeWithTools } from "../../support/tools.ts";
import { eventually, type Scene, useScenes } from "./scene.ts";

const KUBECONFIG = { kubeConfig: { secretRef: { name: "remote" } } };
const CONFIG_MAP = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "first" } });

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "a gate on a cluster", () => {
  const open = useScenes();

  it("lets a signed change through, and no unsigned one", async () => {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(1) });
    await scene.putGate();
    const replica = scene.run();
    await scene.until({ Ready: "True Reconciled", Verified: "True Verified", Applied: "True Applied" });
    expect(await scene.replicas()).toBe(1);

    await scene.world.push({ by: scene.world.mallory, tree: scene.world.tree(2) });
    await scene.until({ Ready: "False UnknownKey", Admitted: "False UnknownKey", Applied: "True Applied" });
    expect(await scene.replicas()).toBe(1);
    const gate = await scene.gate();
    expect(gate?.status).toMatchObject({
      refused: { revision: scene.world.head, stage: "verify", reasons: [{ code: "UNKNOWN_KEY" }] },
    });
    await eventually(async () =>
      expect(new Set(await scene.events())).toEqual(new Set(["Normal Applied", "Warning UnknownKey"])),
    );
    expect(replica.said("refused")).toMatchObject({ gate: `${scene.namespace}/prod`, stage: "verify" });
    expect(await replica.end()).toBe(0);
  });

  it("writes nothing while nothing changes, and runs at once when that is asked for", async () => {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(1) });
    await scene.putGate({ interval: "300ms" });
    const replica = scene.run("--log-level", "debug");
    await scene.until({ Ready: "True Reconciled" });
    const before = (await scene.gate())?.metadata.resourceVersion;
    const looks = () => replica.lines.filter(({ msg }) => msg === "nothing new").length;
    const seen = looks();
    await eventually(() => expect(looks()).toBeGreaterThan(seen + 3));
    expect((await scene.gate())?.metadata.resourceVersion).toBe(before);

    await scene.putGate({ interval: "1h" });
    await eventually(async () =>
      expect((await scene.gate())?.status).toMatchObject({ observedGeneration: 2 }),
    );
    await scene.world.push({ tree: scene.world.tree(3) });
    await scene.annotate({ "sluice.dev/requestedAt": "now" });
    await eventually(async () => expect(await scene.replicas()).toBe(3));
    await eventually(async () =>
      expect((await scene.gate())?.status).toMatchObject({ lastHandledRequest: "now" }),
    );
  });

  it("looks at once when another gate finds that their branch has moved", async () => {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(1) });
    await scene.putGate({ interval: "1h" });
    await scene.putGate({ interval: "1h", path: "test" }, "test");
    const replica = scene.run();
    await scene.until({ Ready: "True Reconciled" });
    await replica.waitFor("refused"); // there is no folder `test` yet

    await scene.world.push({ tree: scene.world.tree(2, { "test/map.json": CONFIG_MAP }) });
    await scene.annotate({ "sluice.dev/requestedAt": "now" }, "test");
    await eventually(async () => expect(await scene.replicas()).toBe(2));
  });

  it("rests while it is suspended, and goes on", async () => {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(1) });
    await scene.putGate({ interval: "300ms" });
    scene.run();
    await scene.until({ Ready: "True Reconciled" });
    await scene.putGate({ interval: "300ms", suspend: true });
    await scene.until({ Ready: "Unknown Suspended", Applied: "True Applied" });
    await scene.world.push({ tree: scene.world.tree(2) });
    await scene.annotate({ "sluice.dev/requestedAt": "now" });
    await pause(1_500);
    expect(await scene.replicas()).toBe(1);
    await scene.putGate({ interval: "300ms" });
    await scene.until({ Ready: "True Reconciled" });
    await eventually(async () => expect(await scene.replicas()).toBe(2));
  });

  it("waits for the gates that it depends on, and runs when they are ready", async () => {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(1) });
    await scene.putGate({ interval: "1h", dependsOn: [{ name: "first" }] });
    scene.run();
    await scene.until({ Ready: "False DependencyNotReady" });
    expect(await scene.deployment()).toBeUndefined();
    await scene.putGate({ interval: "1h", path: "first" }, "first");
    await scene.world.push({ tree: scene.world.tree(1, { "first/a.yaml": CONFIG_MAP }) });
    await scene.annotate({ "sluice.dev/requestedAt": "now" }, "first");
    await scene.until({ Ready: "True Reconciled" }, "first");
    await scene.until({ Ready: "True Reconciled" });
    expect(await scene.replicas()).toBe(1);
  });

  it("says what is wrong with what it names, and is well when that is mended", async () => {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(1) });
    await scene.putGate({ interval: "1h", policies: ["absent"] });
    scene.run();
    await scene.until({ Ready: "False MissingResource", Stalled: "True MissingResource" });
    expect(await scene.deployment()).toBeUndefined();
    await scene.putGate({ interval: "1h" });
    await scene.until({ Ready: "True Reconciled", Stalled: "undefined undefined" });
  });

  it("lets nothing through once its trust is deleted, not even what was admitted before", async () => {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(1) });
    await scene.putGate({ interval: "300ms" });
    scene.run();
    await scene.until({ Ready: "True Reconciled" });
    await scene.remove("TrustPolicy", "trust");
    await scene.until({ Ready: "False MissingResource", Verified: "False MissingResource" });
    await scene.world.push({ tree: scene.world.tree(2) });
    await scene.annotate({ "sluice.dev/requestedAt": "now" });
    await pause(1_500);
    expect(await scene.replicas()).toBe(1);
    await scene.putTrust();
    await scene.until({ Ready: "True Reconciled" });
    expect(await scene.replicas()).toBe(2);
  });
});

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "a gate that is deleted", () => {
  const open = useScenes();

  async function applied(target: object, gate: object = {}): Promise<Scene> {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(1) });
    await scene.putGate({ interval: "1h", target: { cluster: target }, ...gate });
    scene.run();
    await scene.until({ Ready: "True Reconciled" });
    return scene;
  }

  async function gone(scene: Scene): Promise<void> {
    await eventually(async () => expect(await scene.gate()).toBeUndefined());
  }

  async function lastOutcome({ world }: Scene) {
    const last = (await readEntries(new DirectoryFiles(join(world.state, "log")))).at(-1);
    return last?.entry.kind === "outcome" ? last.entry.outcome : undefined;
  }

  it("takes what it applied along where it prunes, even when its trust is gone already", async () => {
    const scene = await applied({ prune: true });
    await scene.remove("TrustPolicy", "trust");
    await scene.remove("Gate", "prod");
    await gone(scene);
    expect(await scene.deployment()).toBeUndefined();
    expect(await lastOutcome(scene)).toMatchObject({
      result: "removed",
      decision: { index: 0 },
      pruned: { total: 1, first: [`apps/v1 Deployment ${scene.namespace}/api`] },
    });
  });

  it("does not wait for gates that wait for each other", async () => {
    const scene = await applied({ prune: true });
    await scene.putGate({ interval: "1h", dependsOn: [{ name: "prod" }] }, "second");
    await scene.until({ Ready: "False OwnedByOther" }, "second"); // held, all the same
    await scene.putGate({ interval: "1h", dependsOn: [{ name: "second" }] });
    await scene.until({ Ready: "False InvalidResource" });
    await scene.remove("Gate", "prod");
    await scene.remove("Gate", "second");
    await eventually(async () =>
      expect([await scene.gate(), await scene.gate("second")]).toEqual([undefined, undefined]),
    );
    expect(await scene.deployment()).toBeUndefined();
  });

  it.each([
    ["goes", "it leaves its objects", { deletionPolicy: "Orphan" }],
    ["goes", "it prunes nothing", { target: { cluster: KUBECONFIG } }],
    ["stays", "it prunes", {}],
  ])("%s without the kubeconfig of its cluster where %s", async (what, _, gate) => {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(1) });
    const value = await readFile(scene.cluster.adminKubeconfig, "utf8");
    await scene.put("Secret", "remote", { stringData: { value } }, "v1");
    await scene.putGate({ interval: "1h", target: { cluster: { ...KUBECONFIG, prune: true } }, ...gate });
    scene.run();
    await scene.until({ Ready: "True Reconciled" });
    await scene.cluster.kubectl("delete", "secret", "remote", "-n", scene.namespace);
    await scene.remove("Gate", "prod");
    if (what === "goes") {
      await gone(scene);
      expect(await scene.replicas()).toBe(1);
      return;
    }
    await scene.until({ Ready: "False MissingResource", Stalled: "True MissingResource" });
    await scene.cluster.kubectl("delete", "namespace", scene.namespace, "--wait=false");
    await gone(scene);
  });

  it.each([
    ["it prunes nothing", { prune: false }, {}],
    ["it is told to", { prune: true }, { deletionPolicy: "Orphan" }],
  ])("leaves what it applied where %s, without its labels", async (_, target, gate) => {
    const scene = await applied(target, gate);
    expect((await scene.deployment())?.metadata.labels).toMatchObject({ "sluice.dev/gate-name": "prod" });
    await scene.remove("Gate", "prod");
    await gone(scene);
    expect((await scene.deployment())?.metadata.labels ?? {}).toEqual({});
    const outcome = await lastOutcome(scene);
    expect(outcome?.result).toBe("removed");
    expect(outcome?.pruned).toBeUndefined();
  });
});
