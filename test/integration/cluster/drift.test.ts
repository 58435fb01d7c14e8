import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { ClusterTarget } from "../../../src/apply/cluster/index.ts";
import type { Admission } from "../../../src/apply/index.ts";
import type { KubeObject, ObjectRef } from "../../../src/kube/index.ts";
import type { Recorded } from "../../../src/verified.ts";
import { describeWithTools } from "../../support/tools.ts";
import { configMap, deployment, MemoryInventory, refTo, Scene } from "./scene.ts";

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "drift in a cluster", () => {
  let scene: Scene;
  let ns: string;
  let inventory: MemoryInventory;
  let target: ClusterTarget;
  let change: Recorded<Admission>;
  beforeAll(async () => {
    scene = await Scene.start();
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    ns = await scene.namespace();
    inventory = new MemoryInventory();
    target = scene.target(ns, { inventory });
    change = scene.admission(ns, configMap(ns, "settings"), deployment(ns, "api"));
    await target.apply(change);
    expect(await target.holds(change)).toBe(true);
    scene.drifts.length = 0;
  });

  const settings = () => scene.get(refTo(configMap(ns, "settings")));
  const api = () => scene.get(refTo(deployment(ns, "api")));
  const kubectl = (...args: string[]) => scene.cluster.kubectl("-n", ns, ...args);

  /** The watch tells of it a moment later. */
  async function seen(name: string): Promise<void> {
    await vi.waitFor(() => expect(scene.drifts.map((ref) => ref.name)).toContain(name), { timeout: 10_000 });
    expect(await target.holds(change)).toBe(false);
  }

  async function putBack(): Promise<unknown> {
    const { drift } = await target.apply(change);
    expect(await target.holds(change)).toBe(true);
    return drift;
  }

  it("a value that was edited is put back, and told by field and manager", async () => {
    await kubectl("patch", "configmap", "settings", "--type=merge", '-p={"data":{"value":"c4n4ry"}}');
    await seen("settings");
    const drift = await putBack();
    expect(drift).toEqual([
      {
        object: `v1 ConfigMap ${ns}/settings`,
        what: "changed",
        fields: ["data.value"],
        managers: ["kubectl-patch"],
      },
    ]);
    expect(JSON.stringify(drift)).not.toContain("c4n4ry");
    expect((await settings()).data).toEqual({ value: "1" });
  });

  it("what a run applied that was interrupted then, in the same second", async () => {
    const owner = (await settings()).metadata.labels;
    const other = configMap(ns, "settings", "2");
    const interrupted = { ...other, metadata: { name: "settings", namespace: ns, labels: owner ?? {} } };
    await scene.client.apply(interrupted, { fieldManager: "sluice" });
    change = scene.admission(ns, configMap(ns, "settings"), deployment(ns, "api", "registry.example/api:2"));
    await vi.waitFor(async () => expect(await target.drifted()).toHaveLength(1), 10_000);
    await target.apply(change);
    expect((await settings()).data).toEqual({ value: "1" });
    expect(await target.holds(change)).toBe(true);
  });

  it("a field that was removed", async () => {
    await kubectl(
      "patch",
      "configmap",
      "settings",
      "--type=json",
      '-p=[{"op":"remove","path":"/data/value"}]',
    );
    await seen("settings");
    expect(await putBack()).toMatchObject([
      { what: "changed", fields: expect.arrayContaining(["data.value"]) },
    ]);
    expect((await settings()).data).toEqual({ value: "1" });
  });

  it("a container that somebody added is taken out", async () => {
    const sidecar = { name: "evil", image: "evil.example/x:1", securityContext: { privileged: true } };
    const patch = [{ op: "add", path: "/spec/template/spec/containers/-", value: sidecar }];
    await kubectl("patch", "deployment", "api", "--type=json", `-p=${JSON.stringify(patch)}`);
    await seen("api");
    expect(await putBack()).toMatchObject([
      {
        what: "added",
        fields: expect.arrayContaining(["spec.template.spec.containers[name=evil].image"]),
        managers: ["kubectl-patch"],
      },
    ]);
    expect(containers(await api())).toEqual(["api"]);
  });

  it("a key that somebody added to a ConfigMap is taken out, unless the source leaves it to others", async () => {
    const add = ["patch", "configmap", "settings", "--type=merge", '-p={"data":{"extra":"1"}}'];
    await kubectl(...add);
    await seen("settings");
    await putBack();
    expect((await settings()).data).toEqual({ value: "1" });

    const map = configMap(ns, "settings");
    const metadata = { ...map.metadata, annotations: { "sluice.dev/foreign-fields": "keep" } };
    const open = scene.admission(ns, { ...map, metadata }, deployment(ns, "api"));
    await target.apply(open);
    await kubectl(...add);
    await vi.waitFor(async () => expect((await settings()).data).toEqual({ value: "1", extra: "1" }));
    await target.apply(open);
    expect((await settings()).data).toEqual({ value: "1", extra: "1" });
  });

  it("a change under Sluice's own name", async () => {
    await sleep(1100); // managedFields count seconds
    const { labels = {} } = (await settings()).metadata;
    const metadata = { name: "settings", namespace: ns, labels };
    const forged = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { value: "2" } };
    await scene.client.apply(forged, { fieldManager: "sluice", force: true });
    await seen("settings");
    await putBack();
    expect((await settings()).data).toEqual({ value: "1" });
  });

  it("managed fields thrown away together with a change", async () => {
    const patch = [
      { op: "replace", path: "/metadata/managedFields", value: [{}] },
      { op: "replace", path: "/data/value", value: "2" },
    ];
    await kubectl("patch", "configmap", "settings", "--type=json", `-p=${JSON.stringify(patch)}`);
    await seen("settings");
    await putBack();
    expect((await settings()).data).toEqual({ value: "1" });
  });

  it("an object that was deleted", async () => {
    await kubectl("delete", "configmap", "settings");
    await seen("settings");
    expect(await putBack()).toEqual([
      { object: `v1 ConfigMap ${ns}/settings`, what: "missing", fields: [], managers: [] },
    ]);
    expect((await settings()).data).toEqual({ value: "1" });
  });

  it("an object that was made anew, and one whose labels were taken off", async () => {
    await kubectl("delete", "configmap", "settings");
    await kubectl("create", "configmap", "settings", "--from-literal=value=theirs");
    await kubectl("label", "deployment", "api", "sluice.dev/gate-name-");
    await seen("settings");
    await seen("api");
    await putBack();
    expect((await settings()).data).toEqual({ value: "1" });
    expect((await settings()).metadata.labels).toMatchObject({ "sluice.dev/gate-name": "prod" });
    expect((await api()).metadata.labels).toMatchObject({ "sluice.dev/gate-name": "prod" });
  });

  it.each<[string, (name: string) => Promise<unknown>]>([
    ["a status", () => writeStatus()],
    [
      "an annotation of a controller",
      () => kubectl("annotate", "deployment", "api", "deployment.kubernetes.io/revision=2"),
    ],
    ["applying what is there already", () => target.apply(change)],
  ])("%s is none", async (_, act) => {
    const before = (await api()).metadata.resourceVersion;
    await act("api");
    await kubectl("patch", "configmap", "settings", "--type=merge", '-p={"data":{"value":"2"}}');
    await seen("settings"); // the watch has told of what came before, too
    expect(scene.drifts.filter(({ name }) => name === "api")).toEqual([]);
    expect(before).toMatch(/^\d+$/);
    await putBack();
  });

  it("is seen by a process that starts after it happened", async () => {
    await kubectl("patch", "configmap", "settings", "--type=merge", '-p={"data":{"value":"2"}}');
    await scene.restartObserver();
    target = scene.target(ns, { inventory });
    expect(await target.holds(change)).toBe(false);
    await putBack();
    expect((await settings()).data).toEqual({ value: "1" });
  });

  it("is told and left where the gate only reports", async () => {
    const reporting = scene.target(ns, { inventory, correctDrift: false });
    await kubectl("patch", "configmap", "settings", "--type=merge", '-p={"data":{"value":"2"}}');
    await seen("settings");
    expect(await reporting.holds(change)).toBe(true);
    expect(await reporting.drifted()).toMatchObject([{ name: "settings" }]);
    expect((await settings()).data).toEqual({ value: "2" });
  });

  describe("that managedFields do not tell", () => {
    const sidecar = { name: "evil", image: "evil.example/x:1" };

    async function asIfNothing(ref: ObjectRef, act: () => Promise<unknown>): Promise<void> {
      const { managedFields } = (await scene.get(ref)).metadata;
      await act();
      const patch = [{ op: "replace", path: "/metadata/managedFields", value: managedFields }];
      await scene.client.patch(ref, { type: "json", body: patch });
    }

    const addSidecar = () =>
      scene.client.patch(refTo(deployment(ns, "api")), {
        type: "json",
        body: [{ op: "add", path: "/spec/template/spec/containers/-", value: sidecar }],
      });

    it("a value, with the managed fields put back as they were", async () => {
      const ref = refTo(configMap(ns, "settings"));
      await asIfNothing(ref, () =>
        scene.client.patch(ref, { type: "merge", body: { data: { value: "theirs" } } }),
      );
      await vi.waitFor(async () => expect(await target.holds(change)).toBe(false), 10_000);
      expect(await putBack()).toMatchObject([{ object: `v1 ConfigMap ${ns}/settings` }]);
      expect((await settings()).data).toEqual({ value: "1" });
    });

    it("a container that is nobody's", async () => {
      await asIfNothing(refTo(deployment(ns, "api")), addSidecar);
      await vi.waitFor(async () => expect(await target.holds(change)).toBe(false), 10_000);
      await putBack();
      expect(containers(await api())).toEqual(["api"]);
    });

    it("and does not survive the next change either", async () => {
      await asIfNothing(refTo(deployment(ns, "api")), addSidecar);
      await vi.waitFor(async () => expect(await target.holds(change)).toBe(false), 10_000);
      change = scene.admission(
        ns,
        configMap(ns, "settings"),
        deployment(ns, "api", "registry.example/api:2"),
      );
      expect((await target.apply(change)).drift).toMatchObject([{ object: `apps/v1 Deployment ${ns}/api` }]);
      expect(containers(await api())).toEqual(["api"]);
      expect(await target.holds(change)).toBe(true);
    });

    it("nor is it taken over with an object that was there before", async () => {
      const late = deployment(ns, "late");
      await scene.client.create({ ...late, metadata: { ...late.metadata } } as KubeObject);
      const ref = refTo(late);
      const body = [
        { op: "add", path: "/spec/template/spec/containers/-", value: sidecar },
        { op: "replace", path: "/metadata/managedFields", value: [{}] },
      ];
      await scene.client.patch(ref, { type: "json", body });
      const all = scene.admission(ns, configMap(ns, "settings"), deployment(ns, "api"), late);
      await expect(target.apply(all)).rejects.toMatchObject({ code: "CONFLICT" });
      await scene.target(ns, { inventory, force: true }).apply(all);
      expect(containers(await scene.get(ref))).toEqual(["api"]);
    });
  });

  it("what an object says of itself counts only if the source says it", async () => {
    await kubectl(
      "annotate",
      "configmap",
      "settings",
      "sluice.dev/foreign-fields=keep",
      "sluice.dev/prune=false",
    );
    await kubectl("patch", "configmap", "settings", "--type=merge", '-p={"data":{"extra":"1"}}');
    await seen("settings");
    await putBack();
    expect((await settings()).data).toEqual({ value: "1" });
    expect((await settings()).metadata.annotations ?? {}).toEqual({});
    await kubectl("annotate", "configmap", "settings", "sluice.dev/prune=false");
    const { pruned } = await target.apply(scene.admission(ns, deployment(ns, "api")));
    expect(pruned).toEqual([`v1 ConfigMap ${ns}/settings`]);
  });

  it("an object on its way out is waited for", async () => {
    await kubectl(
      "patch",
      "configmap",
      "settings",
      "--type=merge",
      '-p={"metadata":{"finalizers":["a.example/b"]}}',
    );
    await kubectl("delete", "configmap", "settings", "--wait=false");
    await vi.waitFor(async () => expect((await settings()).metadata.deletionTimestamp).toMatch(/^2/));
    expect(await target.holds(change)).toBe(true);
    await kubectl("patch", "configmap", "settings", "--type=merge", '-p={"metadata":{"finalizers":null}}');
    await seen("settings");
    await putBack();
  });

  it("a target that is another cluster by now is neither written to nor forgotten", async () => {
    const moved = scene.target(ns, { inventory, place: "elsewhere" });
    expect(await moved.holds(change)).toBe(false);
    await expect(moved.apply(change)).rejects.toMatchObject({ code: "TARGET_MOVED" });
    await expect(moved.remove("prune")).rejects.toMatchObject({ code: "TARGET_MOVED" });
    expect(await target.holds(change)).toBe(true);
  });

  it("that there is none costs no request", async () => {
    const before = scene.client.requests;
    for (let i = 0; i < 20; i++) expect(await target.holds(change)).toBe(true);
    expect(scene.client.requests).toBe(before);
  });

  async function writeStatus(): Promise<void> {
    const status = { observedGeneration: 1, replicas: 1 };
    await scene.client.patch(
      refTo(deployment(ns, "api")),
      { type: "merge", body: { status } },
      { subresource: "status" },
    );
  }
});

function containers({ spec }: KubeObject): unknown {
  return Object(spec).template.spec.containers.map(({ name }: { name: string }) => name);
}
