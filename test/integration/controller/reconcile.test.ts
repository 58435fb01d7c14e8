import { expect, it } from "vitest";
import { describeWithTools } from "../../support/tools.ts";
import { eventually, useScenes } from "./scene.ts";

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
      expect(new Set(await scene.events())).toEqual(
        new Set(["Normal Admitted", "Normal Applied", "Warning UnknownKey"]),
      ),
    );
    expect(replica.said("refused")).toMatchObject({ gate: `${scene.namespace}/prod`, stage: "verify" });
    expect(await replica.end()).toBe(0);
  });
});
