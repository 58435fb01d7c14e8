import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fromKubeConfigFile, KubeClient, type KubeObject } from "../../../src/kube/index.ts";
import { CANARY, findCanary } from "../../support/canary.ts";
import { type Cluster, startCluster } from "../../support/cluster.ts";
import { describeWithTools } from "../../support/tools.ts";

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "a real API server", () => {
  let cluster: Cluster;
  let client: KubeClient;
  let namespace: string;
  let count = 0;

  beforeAll(async () => {
    cluster = await startCluster();
    client = new KubeClient(await cluster.connection());
  });

  beforeEach(async () => {
    namespace = `ns-${++count}`;
    await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  });

  afterAll(async () => {
    await client?.[Symbol.asyncDispose]();
    await cluster?.[Symbol.asyncDispose]();
  });

  const configMap = (data: Record<string, string> = {}, name = "settings"): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace },
    data,
  });
  const ref = (kind = "ConfigMap", name = "settings") => ({ apiVersion: "v1", kind, namespace, name });
  const deployment = (label: string): KubeObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "api", namespace },
    spec: {
      selector: { matchLabels: { app: label } },
      template: { metadata: { labels: { app: label } }, spec: { containers: [{ name: "c", image: "i" }] } },
    },
  });
  const sluice = { fieldManager: "sluice" };

  describe("server-side apply", () => {
    it("creates, changes, and leaves alone what is as it should be", async () => {
      const created = await client.apply(configMap({ a: "1" }), sluice);
      const changed = await client.apply(configMap({ a: "2" }), sluice);
      const same = await client.apply(configMap({ a: "2" }), sluice);
      expect(changed.metadata.resourceVersion).not.toBe(created.metadata.resourceVersion);
      expect(same.metadata.resourceVersion).toBe(changed.metadata.resourceVersion);
      expect(await client.get(ref())).toMatchObject({ data: { a: "2" } });
    });

    it("writes nothing in a dry run, and says what it would have", async () => {
      const dry = await client.apply(configMap({ a: "1" }), { ...sluice, dryRun: true });
      expect(dry).toMatchObject({ data: { a: "1" } });
      expect(await client.get(ref())).toBeUndefined();
      await client.apply(configMap({ a: "1" }), sluice);
      expect(await client.delete(ref(), { dryRun: true })).toBe("deleted");
      expect(await client.get(ref())).toMatchObject({ data: { a: "1" } });
    });

    it("names the manager and the field of a conflict, and takes them over by force alone", async () => {
      await client.apply(configMap({ a: "1" }), { fieldManager: "someone" });
      await expect(client.apply(configMap({ a: "2" }), sluice)).rejects.toMatchObject({
        code: "CONFLICT",
        causes: [
          {
            field: ".data.a",
            reason: "FieldManagerConflict",
            message: expect.stringContaining('"someone"'),
          },
        ],
      });
      expect(await client.apply(configMap({ a: "2" }), { ...sluice, force: true })).toMatchObject({
        data: { a: "2" },
      });
    });

    it("refuses a field that cannot change, and names it", async () => {
      await client.apply(deployment("a"), sluice);
      await expect(client.apply(deployment("b"), { ...sluice, force: true })).rejects.toMatchObject({
        code: "INVALID",
        causes: expect.arrayContaining([expect.objectContaining({ field: "spec.selector" })]),
      });
      expect(await client.apply(deployment("a"), sluice)).toMatchObject({ kind: "Deployment" });
    });

    it.each(["dta", "status"])(
      "and create refuse the field %s that the kind does not have",
      async (field) => {
        const wrong = { ...configMap(), [field]: {} };
        const invalid = { code: "INVALID", transient: false };
        await expect(client.apply(wrong, sluice)).rejects.toMatchObject(invalid);
        await expect(client.create(wrong)).rejects.toMatchObject(invalid);
        expect(await client.get(ref())).toBeUndefined();
      },
    );
  });

  describe("the other verbs", () => {
    it("create once, update what is current, patch, and delete the one that is meant", async () => {
      const created = await client.create(configMap({ a: "1" }), sluice);
      await expect(client.create(configMap())).rejects.toMatchObject({ code: "EXISTS" });
      await client.update({ ...created, data: { a: "2" } });
      await expect(client.update({ ...created, data: { a: "3" } })).rejects.toMatchObject({
        code: "CONFLICT",
      });
      await client.patch(ref(), { type: "merge", body: { data: { b: "1" } } }, sluice);
      const body = [{ op: "replace", path: "/data/a", value: "4" }];
      expect(await client.patch(ref(), { type: "json", body })).toMatchObject({ data: { a: "4", b: "1" } });
      await expect(client.delete(ref(), { uid: "another" })).rejects.toMatchObject({ code: "CONFLICT" });
      expect(await client.delete(ref(), { uid: created.metadata.uid })).toBe("deleted");
      expect(await client.delete(ref(), { uid: created.metadata.uid })).toBe("absent");
    });

    it("write a status apart from the rest", async () => {
      await client.apply(deployment("a"), sluice);
      const { apiVersion, kind, metadata } = deployment("a");
      const status = { apiVersion, kind, metadata, status: { observedGeneration: 1, replicas: 3 } };
      await client.apply(status, { ...sluice, subresource: "status" });
      expect(await client.get({ ...ref("Deployment", "api"), apiVersion })).toMatchObject({
        status: { replicas: 3 },
      });
    });

    it("say that a namespace is not there, or that a namespaced object names none", async () => {
      const lost = configMap();
      lost.metadata.namespace = "nowhere";
      await expect(client.create(lost)).rejects.toMatchObject({ code: "NOT_FOUND" });
      expect(await client.get({ ...ref(), namespace: "nowhere" })).toBeUndefined();
      const { namespace: _, ...nameless } = ref();
      await expect(client.get(nameless)).rejects.toMatchObject({ code: "INVALID" });
      await expect(client.delete({ ...ref(), name: "" })).rejects.toMatchObject({ code: "INVALID" });
    });
  });

  describe("reading", () => {
    it("gives metadata alone where that is asked for, under the kind's own name", async () => {
      await client.apply(configMap({ a: "1" }), sluice);
      const type = { apiVersion: "v1", kind: "ConfigMap" };
      const { items } = await client.list(type, { namespace, metadataOnly: true });
      const one = await client.get(ref(), { metadataOnly: true });
      for (const object of [items[0], one]) {
        expect(object).toMatchObject({ ...type, metadata: { name: "settings", namespace } });
        expect(object).not.toHaveProperty("data");
        expect(object?.metadata.managedFields).toMatchObject([{ manager: "sluice", operation: "Apply" }]);
      }
      expect(await client.list(type, { namespace: "nowhere", metadataOnly: true })).toMatchObject({
        items: [],
      });
    });

    it("reads 1,200 objects in pages, selects by label, and tells where a watch goes on", async () => {
      const names = Array.from({ length: 1_200 }, (_, index) => `c-${String(index).padStart(4, "0")}`);
      const rest = names.values();
      const work = async (): Promise<void> => {
        for (const name of rest) {
          const object = configMap({}, name);
          object.metadata.labels = { even: String(name.endsWith("0")) };
          await client.create(object);
        }
      };
      await Promise.all(Array.from({ length: 8 }, work));
      const before = client.requests;
      const type = { apiVersion: "v1", kind: "ConfigMap" };
      const { items, resourceVersion } = await client.list(type, { namespace });
      expect(client.requests - before).toBe(3);
      expect(items.map(({ metadata }) => metadata.name)).toEqual(names);
      expect(resourceVersion).toMatch(/^[1-9]\d*$/);
      expect((await client.list(type, { namespace, labelSelector: "even=true" })).items).toHaveLength(120);
      const selected = await client.list(type, { namespace, fieldSelector: "metadata.name=c-0007" });
      expect(selected.items).toHaveLength(1);
    });

    it("knows a kind that was just made, and not one that never was", async () => {
      const gadgets = { group: "example.com", kind: "Gadget", plural: "gadgets" };
      const gadget = { apiVersion: "example.com/v1", kind: "Gadget", metadata: { name: "g", namespace } };
      await expect(client.apply(gadget, sluice)).rejects.toMatchObject({ code: "NO_SUCH_KIND" });
      await client.create(definition(gadgets));
      await cluster.kubectl("wait", "--for=condition=established", "crd/gadgets.example.com");
      expect(await client.resourceOf("example.com/v1", "Gadget")).toMatchObject({
        ...gadgets,
        namespaced: true,
      });
      expect(await client.apply(gadget, sluice)).toMatchObject({ kind: "Gadget" });
      await cluster.kubectl("delete", "crd", "gadgets.example.com");
      await expect(client.get({ ...gadget, namespace, name: "g" })).rejects.toMatchObject({
        code: "NO_SUCH_KIND",
      });
      expect(await client.resourceOf("example.com/v1", "Gadget")).toBeUndefined();
    });
  });

  describe("as another user", () => {
    const gate = { "sluice.dev/gate": ["payments/payments"] };
    const review = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "SelfSubjectReview",
      metadata: { name: "" },
    };

    it("is that user for the API server, with what is extra, and nobody else", async () => {
      const deployer = { name: `system:serviceaccount:${namespace}:deployer`, extra: gate };
      const { status } = await client.as(deployer).create(review);
      expect(status).toMatchObject({
        userInfo: {
          username: deployer.name,
          extra: gate,
          groups: expect.not.arrayContaining(["system:masters"]),
        },
      });
      expect((await client.create(review)).status).toMatchObject({ userInfo: { username: "admin" } });
    });

    it("may do what RBAC lets that user do, and no more", async () => {
      const as = client.as({ name: `system:serviceaccount:${namespace}:deployer` });
      await expect(as.apply(configMap(), sluice)).rejects.toMatchObject({ code: "FORBIDDEN", status: 403 });
      const here = ["--namespace", namespace];
      await cluster.kubectl(
        "create",
        "role",
        "r",
        ...here,
        "--verb=get,create,patch",
        "--resource=configmaps",
      );
      const subject = `--serviceaccount=${namespace}:deployer`;
      await cluster.kubectl("create", "rolebinding", "r", ...here, "--role=r", subject);
      // The authorizer learns of it by a watch.
      const applied = () => as.apply(configMap({ a: "1" }), sluice).catch(() => undefined);
      await expect.poll(applied).toMatchObject({ data: { a: "1" } });
      await expect(as.get({ ...ref(), namespace: "default" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    });

    it("needs the right to impersonate", async () => {
      const path = await cluster.userKubeconfig(`nobody-${namespace}`);
      await using nobody = new KubeClient(await fromKubeConfigFile(path));
      expect((await nobody.create(review)).status).toMatchObject({
        userInfo: { username: `nobody-${namespace}` },
      });
      await expect(nobody.as({ name: "admin" }).create(review)).rejects.toMatchObject({ code: "FORBIDDEN" });
    });
  });

  describe("a Secret", () => {
    const secret = (data: object): KubeObject => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s", namespace },
      ...data,
    });

    it("of 900 kB comes back whole, and one that etcd cannot hold is refused", async () => {
      const data = { key: Buffer.alloc(900_000, 7).toString("base64") };
      await client.apply(secret({ data }), sluice);
      expect(await client.get(ref("Secret", "s"))).toMatchObject({ data });
      const larger = { key: Buffer.alloc(2_000_000, 7).toString("base64") };
      const error: unknown = await client
        .apply(secret({ data: larger }), sluice)
        .catch((fault: unknown) => fault);
      expect(["INVALID", "TOO_LARGE", "SERVER"]).toContain((error as { code: string }).code);
    });

    it("is in no error, whatever is wrong with it", async () => {
      const wrong = [
        { stringData: [CANARY] },
        { data: { key: CANARY } },
        { data: { key: { nested: CANARY } } },
      ];
      for (const fields of wrong) {
        const attempts = [client.apply(secret(fields), sluice), client.create(secret(fields))];
        for (const attempt of await Promise.allSettled(attempts)) {
          const error = attempt.status === "rejected" ? attempt.reason : undefined;
          expect(error).toMatchObject({ code: "INVALID" });
          expect(findCanary(error)).toEqual([]);
        }
      }
    });
  });
});

function definition({ group, kind, plural }: { group: string; kind: string; plural: string }): KubeObject {
  const schema = { openAPIV3Schema: { type: "object" } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind, plural },
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  };
}
