import { expect, it } from "vitest";
import { describeWithTools } from "../../support/tools.ts";
import { eventually, type Replica, type Scene, useScenes } from "./scene.ts";

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "two replicas", () => {
  const open = useScenes();

  async function pair(): Promise<{ scene: Scene; leader: Replica; standby: Replica }> {
    const scene = await open();
    await scene.world.push({ tree: scene.world.tree(1) });
    await scene.putGate({ interval: "500ms" });
    const leader = scene.run();
    await leader.waitFor("leading");
    const standby = scene.run();
    await standby.waitFor("standing by");
    await scene.until({ Ready: "True Reconciled" });
    return { scene, leader, standby };
  }

  /** Milliseconds between two lines of two logs, by the times in them. */
  function between(first: Replica, ended: string, second: Replica, began: string): number {
    const time = (replica: Replica, msg: string) => Date.parse(String(replica.said(msg)?.time));
    return time(second, began) - time(first, ended);
  }

  it("take turns: one acts, and the other takes over in well under two seconds when it ends", async () => {
    const { scene, leader, standby } = await pair();
    expect(standby.said("leading")).toBeUndefined();
    expect(standby.said("admitted")).toBeUndefined();
    expect(await leader.end()).toBe(0);
    await standby.waitFor("leading");
    expect(between(leader, "stopped", standby, "leading")).toBeLessThan(2_000);
    await scene.world.push({ tree: scene.world.tree(2) });
    await eventually(async () => expect(await scene.replicas()).toBe(2));
    expect(standby.said("admitted")).toBeDefined();
  });

  it("do without the one that was killed, once its Lease has run out", async () => {
    const { scene, leader, standby } = await pair();
    await leader.end("SIGKILL");
    const killed = Date.now();
    await scene.world.push({ tree: scene.world.tree(2) });
    await standby.waitFor("leading");
    expect(Date.now() - killed).toBeLessThan(20_000);
    await eventually(async () => expect(await scene.replicas()).toBe(2));
  });

  it("never act at the same time: one whose Lease is taken ends at once, with 2", async () => {
    const { scene, leader } = await pair();
    const lease = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      namespace: scene.namespace,
      name: "sluice",
    };
    await scene.client.patch(lease, { type: "merge", body: { spec: { holderIdentity: "somebody" } } });
    await eventually(() => expect(leader.process.exitCode).toBe(2));
  });
});
