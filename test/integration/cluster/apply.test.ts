import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { KubernetesObject } from "../../../src/render/index.ts";
import { describeWithTools } from "../../support/tools.ts";
import { configMap, deployment, MemoryInventory, refTo, Scene } from "./scene.ts";

/** Five thousand in CI. */
const MANY = Number(process.env.SLUICE_MANY_OBJECTS ?? 300);

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "applying to a cluster", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  it("makes, changes and prunes, and says which entry it was brought to", async () => {
    const ns = await scene.namespace();
    const target = scene.target(ns);
    expect(await target.currentEntry()).toBeUndefined();
    const first = scene.admission(ns, configMap(ns, "a"), configMap(ns, "b"));
    expect(await target.apply(first)).toEqual({ pruned: [], drift: [] });
    expect(await scene.owned(ns)).toEqual(["a", "b"]);
    expect(await target.holds(first)).toBe(true);

    const second = scene.admission(ns, configMap(ns, "b", "2"), configMap(ns, "c"));
    expect(await target.holds(second)).toBe(false);
    expect(await target.apply(second)).toEqual({ pruned: [`v1 ConfigMap ${ns}/a`], drift: [] });
    expect(await scene.owned(ns)).toEqual(["b", "c"]);
    expect((await scene.get(refTo(configMap(ns, "b")))).data).toEqual({ value: "2" });
    expect(await target.currentEntry()).toEqual(second.entry);
    expect(await target.holds(second)).toBe(true);
  });

  it("knows of an object before it makes it", async () => {
    const ns = await scene.namespace();
    const inventory = new MemoryInventory();
    await scene.target(ns, { inventory }).apply(scene.admission(ns, configMap(ns, "a")));
    const [before, after] = inventory.written;
    expect(before?.items.map(({ name, uid }) => [name, uid])).toEqual([["a", undefined]]);
    expect(before?.entry).toBeUndefined();
    expect(after?.items[0]?.uid).toMatch(/./);
  });

  it("applies a namespace, a kind and an object of it in one change", async () => {
    const ns = await scene.namespace();
    const { definition, widget } = widgets(`${ns}.bank.example`);
    const made = `${ns}-made`;
    const namespace: KubernetesObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: made } };
    const objects = [widget(made), configMap(made, "inside"), definition, namespace];
    await scene.target(ns).apply(scene.admission(ns, ...objects));
    expect(await scene.get(refTo(widget(made)))).toMatchObject({ spec: { size: 1 } });
    expect(await scene.owned(made)).toEqual(["inside"]);
  });

  it("writes nothing of a change in which one object is rejected", async () => {
    const ns = await scene.namespace();
    const broken: KubernetesObject = { ...configMap(ns, "broken"), data: { "not a key!": "1" } };
    const misspelt: KubernetesObject = { ...configMap(ns, "misspelt"), dta: { a: "1" } };
    const change = scene.admission(ns, configMap(ns, "a"), broken, misspelt);
    await expect(scene.target(ns).apply(change)).rejects.toMatchObject({
      code: "REJECTED",
      rejections: [{ subject: `v1 ConfigMap ${ns}/broken` }, { subject: `v1 ConfigMap ${ns}/misspelt` }],
    });
    expect(await scene.owned(ns)).toEqual([]);
    await scene.target(ns).apply(scene.admission(ns, configMap(ns, "a")));
    expect(await scene.owned(ns)).toEqual(["a"]);
  });

  it("writes nothing where an object that it has is not taken any more, whichever comes first", async () => {
    const ns = await scene.namespace();
    const target = scene.target(ns);
    const [a, b] = [configMap(ns, "a"), configMap(ns, "b")];
    await target.apply(scene.admission(ns, a, b));
    const broken = (object: KubernetesObject) => ({ ...object, data: { "not a key!": "1" } });
    const subjects = ["a", "b"].map((name) => ({ subject: `v1 ConfigMap ${ns}/${name}` }));
    const cases: [KubernetesObject[], object[]][] = [
      [[broken(a), configMap(ns, "b", "2")], subjects.slice(0, 1)],
      [[configMap(ns, "a", "2"), broken(b)], subjects.slice(1)],
      [[broken(a), broken(b)], subjects],
    ];
    for (const [objects, rejections] of cases) {
      const change = target.apply(scene.admission(ns, ...objects));
      await expect(change).rejects.toMatchObject({ code: "REJECTED", rejections });
      for (const object of [a, b]) expect((await scene.get(refTo(object))).data).toEqual(object.data);
    }
  });

  it("tries out also what is in a namespace of the same change, where that is there", async () => {
    const ns = await scene.namespace();
    const namespace = (labels = {}): KubernetesObject => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: ns, labels },
    });
    const broken: KubernetesObject = { ...configMap(ns, "broken"), data: { "not a key!": "1" } };
    const change = scene.admission(ns, namespace({ a: "b" }), broken);
    await expect(scene.target(ns).apply(change)).rejects.toMatchObject({ code: "REJECTED" });
    const { labels } = (await scene.get({ apiVersion: "v1", kind: "Namespace", name: ns })).metadata;
    expect(labels).not.toHaveProperty("a");
    await scene.target(ns).apply(scene.admission(ns, namespace({ a: "b" }), configMap(ns, "a")));
  });

  it("says nothing of what a Secret holds", async () => {
    const ns = await scene.namespace();
    const canary = "c4n4ry-" as const;
    const secret = (data: KubernetesObject["data"]): KubernetesObject => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s", namespace: ns },
      data: data ?? null,
    });
    const attempts = [{ password: `${canary}not base64` }, { password: [canary] }, { "not a key!": canary }];
    for (const data of attempts) {
      const failed = await scene
        .target(ns)
        .apply(scene.admission(ns, secret(data)))
        .catch((error) => error);
      expect(failed).toMatchObject({ code: "REJECTED" });
      expect(
        JSON.stringify({ ...failed, message: failed.message, cause: String(failed.cause) }),
      ).not.toContain(canary);
    }
    await scene.target(ns).apply(scene.admission(ns, secret({ password: "eA==" })));
    expect(await scene.get(refTo(secret({})))).toMatchObject({ data: { password: "eA==" } });
  });

  it("reports what others own, and takes it where the gate says so", async () => {
    const ns = await scene.namespace();
    await scene.cluster.kubectl("create", "configmap", "a", "-n", ns, "--from-literal=value=theirs");
    const change = scene.admission(ns, configMap(ns, "a", "ours"));
    const failed = await scene
      .target(ns)
      .apply(change)
      .catch((error) => error);
    expect(failed).toMatchObject({ code: "CONFLICT" });
    expect(failed.message).toMatch(/\.data\.value.*kubectl-create/s);
    await scene.target(ns, { force: true }).apply(change);
    expect((await scene.get(refTo(configMap(ns, "a")))).data).toEqual({ value: "ours" });
  });

  it("takes over what is there already and as it should be", async () => {
    const ns = await scene.namespace();
    await scene.cluster.kubectl("create", "configmap", "a", "-n", ns, "--from-literal=value=1");
    const target = scene.target(ns);
    const change = scene.admission(ns, configMap(ns, "a"));
    await target.apply(change);
    expect(await target.holds(change)).toBe(true);
  });

  it("never takes an object from another gate", async () => {
    const ns = await scene.namespace();
    await scene.target(ns).apply(scene.admission(ns, configMap(ns, "a")));
    const other = scene.target(ns, { gate: { namespace: ns, name: "other" }, force: true });
    const change = scene.admission(ns, configMap(ns, "a", "2"));
    await expect(other.apply(change)).rejects.toMatchObject({ code: "OWNED_BY_OTHER" });
    await other.apply(scene.admission(ns, configMap(ns, "b")));
    expect((await scene.get(refTo(configMap(ns, "a")))).data).toEqual({ value: "1" });
  });

  it("reports a field that cannot be changed, and makes the object anew where it says that it may", async () => {
    const ns = await scene.namespace();
    const target = scene.target(ns);
    const claimed = deployment(ns, "api");
    await target.apply(scene.admission(ns, claimed));
    const before = await scene.get(refTo(claimed));
    const spec = { ...Object(claimed.spec), selector: { matchLabels: { app: "api", tier: "x" } } };
    spec.template = { ...spec.template, metadata: { labels: { app: "api", tier: "x" } } };
    await expect(target.apply(scene.admission(ns, { ...claimed, spec }))).rejects.toMatchObject({
      code: "IMMUTABLE",
    });
    const metadata = { ...claimed.metadata, annotations: { "sluice.dev/recreate": "true" } };
    const again = scene.admission(ns, { ...claimed, metadata, spec });
    await target.apply(again);
    const after = await scene.get(refTo(claimed));
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(await target.holds(again)).toBe(true);
  });

  it("refuses a kind that nobody serves, and one whose scope is not what the object says", async () => {
    const ns = await scene.namespace();
    const { definition, widget } = widgets(`${ns}.bank.example`);
    await expect(scene.target(ns).apply(scene.admission(ns, widget(ns)))).rejects.toMatchObject({
      code: "UNKNOWN_KIND",
    });
    const clusterWide = { ...definition, spec: { ...Object(definition.spec), scope: "Cluster" } };
    await scene.target(ns).apply(scene.admission(ns, clusterWide));
    scene.client.forgetDiscovery();
    await expect(scene.target(ns).apply(scene.admission(ns, widget(ns)))).rejects.toMatchObject({
      code: "SCOPE_MISMATCH",
    });
    const { namespace: _, ...metadata } = widget(ns).metadata;
    await scene.target(ns).apply(scene.admission(ns, { ...widget(ns), metadata }));
  });

  it("says so where the namespace is missing or on its way out", async () => {
    const ns = await scene.namespace();
    await expect(
      scene.target(ns).apply(scene.admission(ns, configMap("nowhere", "a"))),
    ).rejects.toMatchObject({ code: "NO_NAMESPACE" });
    await scene.cluster.kubectl("delete", "namespace", ns, "--wait=false");
    await expect(scene.target(ns).apply(scene.admission(ns, configMap(ns, "a")))).rejects.toMatchObject({
      code: "NO_NAMESPACE",
    });
  });

  it("acts as the gate's service account, and with no more than its permissions", async () => {
    const ns = await scene.namespace();
    await scene.cluster.kubectl("create", "serviceaccount", "deployer", "-n", ns);
    const client = scene.client.as({
      name: `system:serviceaccount:${ns}:deployer`,
      extra: { "sluice.dev/gate": [`${ns}/prod`] },
    });
    const change = scene.admission(ns, configMap(ns, "a"));
    await expect(scene.target(ns, { client }).apply(change)).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await scene.owned(ns)).toEqual([]);
    await scene.cluster.kubectl("create", "role", "deploy", "-n", ns, "--verb=*", "--resource=configmaps");
    await scene.cluster.kubectl(
      "create",
      "rolebinding",
      "deploy",
      "-n",
      ns,
      "--role=deploy",
      `--serviceaccount=${ns}:deployer`,
    );
    await scene.target(ns, { client }).apply(change);
    expect(await scene.owned(ns)).toEqual(["a"]);
  });

  it("leaves what it may not prune, and lets go of it", async () => {
    const ns = await scene.namespace();
    const kept = configMap(ns, "kept");
    const annotated = {
      ...kept,
      metadata: { ...kept.metadata, annotations: { "sluice.dev/prune": "false" } },
    };
    const target = scene.target(ns);
    await target.apply(scene.admission(ns, annotated, configMap(ns, "gone"), configMap(ns, "stays")));
    const { pruned } = await target.apply(scene.admission(ns, configMap(ns, "stays")));
    expect(pruned).toEqual([`v1 ConfigMap ${ns}/gone`]);
    expect(await scene.owned(ns)).toEqual(["stays"]);
    expect((await scene.get(refTo(kept))).metadata.labels ?? {}).toEqual({});
  });

  it("does not delete what somebody made anew under the same name", async () => {
    const ns = await scene.namespace();
    const target = scene.target(ns);
    await target.apply(scene.admission(ns, configMap(ns, "a"), configMap(ns, "b")));
    await scene.cluster.kubectl("delete", "configmap", "a", "-n", ns);
    await scene.cluster.kubectl("create", "configmap", "a", "-n", ns, "--from-literal=value=theirs");
    expect(await target.apply(scene.admission(ns, configMap(ns, "b")))).toMatchObject({ pruned: [] });
    expect((await scene.get(refTo(configMap(ns, "a")))).data).toEqual({ value: "theirs" });
  });

  it("takes everything away, or lets go of it, with the gate", async () => {
    const ns = await scene.namespace();
    const target = scene.target(ns);
    await target.apply(scene.admission(ns, configMap(ns, "a"), configMap(ns, "b")));
    await target.remove("orphan");
    expect(await scene.owned(ns)).toEqual([]);
    expect((await scene.get(refTo(configMap(ns, "a")))).data).toEqual({ value: "1" });

    const pruning = scene.target(ns);
    await pruning.apply(scene.admission(ns, configMap(ns, "a"), configMap(ns, "b")));
    expect(await pruning.remove("prune")).toEqual([`v1 ConfigMap ${ns}/b`, `v1 ConfigMap ${ns}/a`]);
    expect(await scene.client.get(refTo(configMap(ns, "a")))).toBeUndefined();
    expect(await pruning.remove("prune")).toEqual([]);
  });

  it(`takes ${MANY} objects, and tells at once that they are as they were`, {
    timeout: 300_000,
  }, async () => {
    const ns = await scene.namespace();
    const target = scene.target(ns);
    const names = Array.from({ length: MANY }, (_, index) => `object-${index}`);
    const change = scene.admission(ns, ...names.map((name) => configMap(ns, name)));
    await target.apply(change);
    expect(await scene.owned(ns)).toHaveLength(MANY);
    // Asks for those that the watch has not told of yet.
    await vi.waitFor(
      async () => expect(await requestsOf(() => target.holds(change))).toEqual([0, true]),
      60_000,
    );
    const touched = names.map((name, index) => configMap(ns, name, index === 7 ? "2" : "1"));
    const next = scene.admission(ns, ...touched);
    expect(await requestsOf(() => target.apply(next))).toEqual([1, { pruned: [], drift: [] }]);
    expect((await scene.get(refTo(configMap(ns, "object-7")))).data).toEqual({ value: "2" });
    expect(await target.holds(next)).toBe(true);
    const { pruned } = await target.apply(scene.admission(ns, configMap(ns, "object-0")));
    expect(pruned).toHaveLength(MANY - 1);
  });

  async function requestsOf<T>(run: () => Promise<T>): Promise<[number, T]> {
    const before = scene.client.requests;
    const result = await run();
    return [scene.client.requests - before, result];
  }

  it("carries a Secret of 900 kB", async () => {
    const ns = await scene.namespace();
    const secret: KubernetesObject = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "large", namespace: ns },
      stringData: { value: "x".repeat(900_000) },
    };
    const target = scene.target(ns);
    const change = scene.admission(ns, secret);
    await target.apply(change);
    expect(await target.holds(change)).toBe(true);
  });
});

function widgets(group: string) {
  const definition: KubernetesObject = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "widgets", singular: "widget", kind: "Widget" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: "object",
              properties: { spec: { type: "object", properties: { size: { type: "integer" } } } },
            },
          },
        },
      ],
    },
  };
  const widget = (namespace: string): KubernetesObject => ({
    apiVersion: `${group}/v1`,
    kind: "Widget",
    metadata: { name: "w", namespace },
    spec: { size: 1 },
  });
  return { definition, widget };
}
