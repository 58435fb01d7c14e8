import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import type { ObjectRef } from "../../../src/kube/index.ts";
import { describeWithTools } from "../../support/tools.ts";
import { eventually, type Replica, type Scene, useScenes } from "./scene.ts";

function leaseOf({ namespace }: Scene): ObjectRef {
  return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace, name: "sluice" };
}

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
    await standby.waitFor("admitted");
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
    await scene.client.patch(leaseOf(scene), {
      type: "merge",
      body: { spec: { holderIdentity: "somebody" } },
    });
    await eventually(() => expect(leader.process.exitCode).toBe(2));
  });

  it("do not wait for what is only being looked at when they end", async () => {
    const scene = await open();
    const asked = Promise.withResolvers<void>();
    const silent = createServer(() => asked.resolve()); // and never answers
    await once(silent.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => {
      silent.close();
      silent.closeAllConnections();
    });
    const { port } = silent.address() as AddressInfo;
    await scene.putGate({ source: { git: { url: `http://127.0.0.1:${port}`, ref: { branch: "main" } } } });
    const replica = scene.run();
    await asked.promise;
    expect(await replica.end()).toBe(0);
    expect((await scene.client.get(leaseOf(scene)))?.spec).toMatchObject({ holderIdentity: "" });
  });

  it("outlive an API server that is gone for a moment, and see what happened meanwhile", async () => {
    const { scene, leader, standby } = await pair();
    await scene.cluster.stopApiServer();
    await scene.world.push({ tree: scene.world.tree(3) });
    await scene.cluster.startApiServer();
    await eventually(async () => expect(await scene.replicas()).toBe(3));
    await scene.putGate({ interval: "500ms", suspend: true });
    await scene.until({ Ready: "Unknown Suspended" });
    expect([leader.process.exitCode, standby.process.exitCode]).toContain(null);
  });
});
