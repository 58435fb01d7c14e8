import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { gateStatusSchema } from "../../../src/api/index.ts";
import { GateInventory, type InventoryItem, type InventoryPatch } from "../../../src/apply/cluster/index.ts";
import { describeWithTools } from "../../support/tools.ts";
import { Scene, writeInventory } from "./scene.ts";

const CRDS = join(import.meta.dirname, "../../../manifests/crds");
const INVENTORY = { apiVersion: "sluice.dev/v1", kind: "Inventory" };

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "a gate's inventory", () => {
  let scene: Scene;
  let ns: string;
  beforeAll(async () => {
    scene = await Scene.start();
    await scene.cluster.kubectl("apply", "--server-side", "-k", CRDS);
    await scene.cluster.kubectl("wait", "--for=condition=Established", "crd", "--all");
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    ns = await scene.namespace();
    await scene.client.create(gate(ns));
  });

  const ref = () => ({ apiVersion: "sluice.dev/v1", kind: "Gate", namespace: ns, name: "prod" });

  function fresh(): GateInventory {
    const readGate = async () => {
      const found = await scene.client.get(ref());
      const { inventory } = gateStatusSchema.parse(found?.status ?? {});
      return found && { uid: found.metadata.uid ?? "", inventory };
    };
    const writeStatus = (inventory: InventoryPatch) => writeInventory(scene.client, ref(), inventory);
    return new GateInventory(scene.client, { namespace: ns, name: "prod" }, { readGate, writeStatus });
  }

  async function parts(): Promise<string[]> {
    const { items } = await scene.client.list(INVENTORY, { namespace: ns });
    return items.map(({ metadata }) => metadata.name);
  }

  it("is empty before the first apply", async () => {
    expect(await fresh().read()).toEqual({ items: [] });
  });

  it("is kept in the status while it is small, beside what the controller writes there", async () => {
    const status = { attempted: { revision: "a".repeat(40), at: "2026-11-22T12:00:00Z" } };
    await scene.client.apply(
      { apiVersion: "sluice.dev/v1", kind: "Gate", metadata: { namespace: ns, name: "prod" }, status },
      { fieldManager: "sluice-controller", force: true, subresource: "status" },
    );
    const inventory = { entry: { index: 3, leafHash: "0".repeat(64) }, items: items(ns, 3) };
    await fresh().write(inventory);
    expect(await fresh().read()).toEqual(inventory);
    expect((await scene.get(ref())).status).toMatchObject(status);
    expect(await parts()).toEqual([]);
  });

  it("of 5,000 objects is kept in objects of its own, and shrinks back", async () => {
    const store = fresh();
    const large = { entry: { index: 4, leafHash: "1".repeat(64) }, items: items(ns, 5000) };
    await store.write(large);
    expect(await fresh().read()).toEqual(large);
    expect(await parts()).toEqual(["prod-a-0", "prod-a-1", "prod-a-2"]);
    await store.write({ items: items(ns, 101) });
    expect(await fresh().read()).toEqual({ items: items(ns, 101) });
    expect(await parts()).toEqual(["prod-b-0"]);
    await store.write({ items: items(ns, 100) });
    expect(await fresh().read()).toEqual({ items: items(ns, 100) });
    expect(await parts()).toEqual([]);
  });

  it("that has lost a part is not taken for a smaller one", async () => {
    await fresh().write({ items: items(ns, 101) });
    await scene.client.delete({ ...INVENTORY, namespace: ns, name: "prod-a-0" });
    await expect(fresh().read()).rejects.toMatchObject({ code: "REJECTED" });
  });

  it("counts as it was before while a new one is half written", async () => {
    const store = fresh();
    await store.write({ items: items(ns, 150) });
    const half = {
      ...INVENTORY,
      metadata: { namespace: ns, name: "prod-b-0" },
      gate: { name: "prod" },
      objects: [],
    };
    await scene.client.create(half);
    expect(await fresh().read()).toEqual({ items: items(ns, 150) });
    await fresh().read();
    await store.write({ items: items(ns, 120) });
    expect(await fresh().read()).toEqual({ items: items(ns, 120) });
  });
});

function items(namespace: string, count: number): InventoryItem[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: index % 2 === 0 ? "v1" : "apps/v1",
    kind: index % 2 === 0 ? "ConfigMap" : "Deployment",
    namespace,
    name: `object-${index}`,
    uid: `00000000-0000-0000-0000-${String(index).padStart(12, "0")}`,
    fingerprint: "f".repeat(32),
  }));
}

function gate(namespace: string) {
  return {
    apiVersion: "sluice.dev/v1",
    kind: "Gate",
    metadata: { namespace, name: "prod" },
    spec: {
      source: { git: { url: "https://git.bank.example/config.git", ref: { branch: "main" } } },
      trust: "trust",
      policies: ["baseline"],
      target: { cluster: {} },
    },
  };
}
