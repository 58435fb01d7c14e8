import { afterAll, beforeAll, expect, it } from "vitest";
import type { OwnedObject } from "../../../src/api/index.ts";
import { fingerprintOf } from "../../../src/apply/cluster/drift.ts";
import { withOwner } from "../../../src/apply/cluster/ownership.ts";
import { toRef } from "../../../src/apply/cluster/refs.ts";
import type { KubeObject } from "../../../src/kube/index.ts";
import { CANARY, findCanary } from "../../support/canary.ts";
import { describeWithTools } from "../../support/tools.ts";
import { readyStatus, Scene } from "./scene.ts";

/** Each command is a process of its own. */
const PATIENCE = { timeout: 120_000 };

const GATE = { namespace: "payments", name: "api" };

interface Shown {
  readonly kind: string;
  readonly name: string;
  readonly health: { readonly status: string };
  readonly drift: string | null;
  readonly children: readonly { readonly name: string }[];
}

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "what a gate owns", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open();
    await scene.cluster.createNamespace(GATE.namespace);
    await scene.createGate(GATE.namespace, GATE.name);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  /** As the gate would; with the inventory's item for it. */
  async function apply(kind: string, name: string, content: object) {
    const apiVersion = kind === "Deployment" ? "apps/v1" : "v1";
    const metadata = { namespace: GATE.namespace, name };
    const object = withOwner({ apiVersion, kind, metadata, ...content }, GATE);
    const live = await scene.client.apply(object, { fieldManager: "sluice" });
    const group = apiVersion === "v1" ? "" : "apps";
    const owned = { group, version: "v1", kind, ...metadata, uid: live.metadata.uid };
    return { live, item: { ...owned, fingerprint: fingerprintOf(live.metadata) } };
  }

  async function show(items: readonly OwnedObject[]): Promise<Shown[]> {
    await scene.writeStatus(GATE, readyStatus({ inventory: { count: items.length, objects: [...items] } }));
    const { code, answer } = await scene.ask("tree", "payments/api");
    expect(code).toBe(0);
    return answer.objects as Shown[];
  }

  it("shows health, drift and children", PATIENCE, async () => {
    const labels = { app: "api" };
    const { live, item } = await apply("Deployment", "api", {
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: "api", image: "api" }] } },
      },
    });
    await scene.client.create(replicaSetOf(live));
    const config = await apply("ConfigMap", "settings", { data: { mode: "strict" } });
    const secret = await apply("Secret", "token", {
      data: { token: Buffer.from(CANARY).toString("base64") },
    });
    const gone = await apply("ConfigMap", "gone", { data: {} });
    await scene.client.delete(toRef(gone.live));
    const items = [item, config.item, secret.item, gone.item];

    const before = await show(items);
    expect(before.map(({ name, health, drift }) => [name, health.status, drift])).toEqual([
      ["api", "InProgress", null],
      ["settings", "Current", null],
      ["token", "Current", null],
      ["gone", "NotFound", "missing"],
    ]);
    expect(before[0]?.children).toMatchObject([{ name: "api-1" }]);

    await scene.client.patch(
      toRef(config.live),
      { type: "merge", body: { data: { mode: "lax", extra: "x" } } },
      { fieldManager: "hand" },
    );
    const after = await show(items);
    expect(after[1]?.drift).toContain("hand");
    expect(after[2]?.drift).toBeNull();

    const { stdout } = await scene.sluice("tree", "payments/api");
    expect(stdout).toContain("Deployment api");
    expect(stdout).toContain("ReplicaSet api-1");
    expect(findCanary(stdout)).toEqual([]);
    expect(findCanary(after)).toEqual([]);
  });

  it("what may not be read is unknown, and not missing", PATIENCE, async () => {
    const secret = await apply("Secret", "hidden", { data: {} });
    await scene.writeStatus(GATE, readyStatus({ inventory: { count: 1, objects: [secret.item] } }));
    const rules = ["--verb=get,list", "--resource=gates.sluice.dev"];
    await scene.cluster.kubectl("create", "clusterrole", "reads-gates", ...rules);
    await scene.cluster.kubectl(
      "create",
      "clusterrolebinding",
      "reads-gates",
      "--clusterrole=reads-gates",
      "--user=reader",
    );
    const reader = await scene.cluster.userKubeconfig("reader");
    const { code, answer } = await scene.askAs(reader, "tree", "payments/api");
    expect(code).toBe(0);
    expect(answer.objects).toMatchObject([{ name: "hidden", health: { status: "Unknown" }, drift: null }]);
  });
});

/** As the Deployment controller would make it. */
function replicaSetOf({ apiVersion, kind, metadata, spec }: KubeObject): KubeObject {
  const { selector, template } = spec as { selector: object; template: object };
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "" };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { namespace: GATE.namespace, name: "api-1", ownerReferences: [owner] },
    spec: { selector, template },
  };
}
