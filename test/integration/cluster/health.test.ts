import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { type ClusterTarget, HealthChecks } from "../../../src/apply/cluster/index.ts";
import { Cell } from "../../../src/cell/index.ts";
import { describeWithTools } from "../../support/tools.ts";
import { SHARED_CACHE } from "../../support/world.ts";
import { configMap, deployment, refTo, Scene } from "./scene.ts";

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "health of what was applied", () => {
  const cell = new Cell({ cacheDir: join(SHARED_CACHE, "cell") });
  let scene: Scene;
  let ns: string;
  let target: ClusterTarget;
  beforeAll(async () => {
    scene = await Scene.start();
  });
  afterAll(async () => {
    await cell.close();
    await scene?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    ns = await scene.namespace();
    target = waiting();
    await target.apply(scene.admission(ns, configMap(ns, "settings"), deployment(ns, "api")));
  });

  function waiting(rules: { apiVersion: string; kind: string; current: string }[] = []): ClusterTarget {
    return scene.target(ns, { health: { checks: new HealthChecks(cell), rules } });
  }

  /** What the controllers of a cluster would write. */
  async function writeStatus(ready: number): Promise<void> {
    const { generation } = (await scene.get(refTo(deployment(ns, "api")))).metadata;
    const conditions = [
      { type: "Available", status: ready > 0 ? "True" : "False" },
      { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" },
    ];
    const counts = { replicas: 1, updatedReplicas: 1, readyReplicas: ready, availableReplicas: ready };
    const status = { observedGeneration: generation, ...counts, conditions };
    await scene.client.patch(
      refTo(deployment(ns, "api")),
      { type: "merge", body: { status } },
      { subresource: "status" },
    );
  }

  async function requestsOf(run: () => Promise<unknown>): Promise<number> {
    const before = scene.client.requests;
    await run();
    return scene.client.requests - before;
  }

  const expectHealth = (status: string) =>
    vi.waitFor(async () => expect(await target.health()).toMatchObject({ status }), { timeout: 10_000 });

  it("is in progress until the controllers say that it works, and names what is not", async () => {
    const health = await target.health();
    expect(health).toMatchObject({ status: "InProgress" });
    expect(health?.message).toContain(`Deployment ${ns}/api`);
    await writeStatus(0);
    await expectHealth("InProgress");
    await writeStatus(1);
    await expectHealth("Current");
  });

  it("asks nothing as long as nothing changed", async () => {
    await writeStatus(1);
    await expectHealth("Current");
    // Asks for what the watch has not told of yet.
    await vi.waitFor(async () => expect(await requestsOf(() => target.health())).toBe(0), 10_000);
    for (let i = 0; i < 5; i++) expect(await requestsOf(() => target.health())).toBe(0);
    expect(await target.health()).toMatchObject({ status: "Current" });
  });

  it("sees an object that is gone", async () => {
    await writeStatus(1);
    await expectHealth("Current");
    await scene.cluster.kubectl("-n", ns, "delete", "configmap", "settings");
    await expectHealth("NotFound");
  });

  it("follows the rule of a kind", async () => {
    const rule = (current: string) => [{ apiVersion: "v1", kind: "ConfigMap", current }];
    for (const [current, status] of [
      ["object.data.value == '1'", "Current"],
      ["object.data.value == '2'", "InProgress"],
    ] as const) {
      target = waiting(rule(current));
      await target.apply(scene.admission(ns, configMap(ns, "settings")));
      await expectHealth(status);
    }
  });

  it("a rule that does not compile stops the apply", async () => {
    const rules = [{ apiVersion: "v1", kind: "ConfigMap", current: "object.data.value ==" }];
    const change = scene.admission(ns, configMap(ns, "late"));
    await expect(waiting(rules).apply(change)).rejects.toMatchObject({ code: "BAD_HEALTH_CHECK" });
    expect(await scene.owned(ns)).not.toContain("late");
  });

  it("is nobody's question where the gate does not wait", async () => {
    expect(await scene.target(ns).health()).toBeUndefined();
  });
});
