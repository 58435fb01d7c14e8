import { expect, it } from "vitest";
import type { GateStatus } from "../../../src/api/index.ts";
import { formatResetMessage, resetTagPrefix } from "../../../src/trust/index.ts";
import { pushTag } from "../../support/tags.ts";
import { describeWithTools } from "../../support/tools.ts";
import { eventually, useScenes } from "./scene.ts";

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "a gate that is taken back", () => {
  const open = useScenes();

  it("goes where who may says, by what its status tells of the last admission", async () => {
    const scene = await open();
    const { world, namespace } = scene;
    await scene.putTrust({ history: { start: "root", reset: { role: "developer" } } });
    const one = await world.push({ tree: world.tree(1) });
    await scene.putGate({ interval: "300ms" });
    scene.run();
    await scene.until({ Ready: "True Reconciled" });
    const two = await world.push({ tree: world.tree(2) });
    await scene.until({ Ready: "True Reconciled" });
    const status = async () => (await scene.gate())?.status as GateStatus | undefined;
    await eventually(async () => expect((await status())?.admitted?.revision).toBe(two));

    await world.repository.push(one);
    await scene.until({ Ready: "False HistoryRewritten" });
    expect(await scene.replicas()).toBe(2);
    const entry = (await status())?.admitted?.entry;
    if (entry === undefined) throw new TypeError("two was admitted");
    const binding = { gate: { namespace, name: "prod" }, from: two, entry };
    const name = `${resetTagPrefix(binding)}alice`.slice("refs/tags/".length);
    const message = formatResetMessage("two was a mistake", binding).trimEnd();
    await pushTag(world, { name, target: one, message, by: world.mallory });
    await scene.until({ Ready: "False HistoryRewritten" });
    await pushTag(world, { name, target: one, message });
    await scene.until({ Ready: "True Reconciled", Admitted: "True Admitted" });
    await eventually(async () => expect(await scene.replicas()).toBe(1));
  });
});
