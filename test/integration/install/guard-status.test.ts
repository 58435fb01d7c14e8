import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "../../support/cluster.ts";
import { describeWithTools } from "../../support/tools.ts";
import {
  type Answer,
  ask,
  controllerOf,
  create,
  installWithGuard,
  labelsOf,
  makeObjects,
  type Somebody,
} from "./guarded.ts";
import { ownedKinds } from "./owned-kinds.ts";

const TENANT = "subresources";

const WITHOUT_LABELS = {
  labels: { "sluice.dev/gate-namespace": null, "sluice.dev/gate-name": null },
};
const OWNER = {
  apiVersion: "v1",
  kind: "ConfigMap",
  name: "free",
  uid: "6e3a0c5e-0000-4000-8000-000000000000",
};

/** What a status write may take along in its metadata. */
const METADATA = {
  "no labels": WITHOUT_LABELS,
  "one label less": { labels: { "sluice.dev/gate-name": null } },
  "another gate's label": { labels: { "sluice.dev/gate-name": "other" } },
  "a label by which things select": { labels: { app: "mine" } },
  "an annotation": { annotations: { a: "b" } },
  "a finalizer": { finalizers: ["bank.example/mine"] },
  "an owner, for the garbage collector": { ownerReferences: [OWNER] },
} as const;

describeWithTools(["etcd", "kube-apiserver", "kubectl"], "the guard, where a subresource is written", () => {
  let cluster: Cluster;
  let admin: Somebody;
  let tenant: Somebody;

  beforeAll(async () => {
    cluster = await startCluster();
    await installWithGuard(cluster);
    await makeObjects(cluster);
    await cluster.createNamespace(TENANT);
    await create(cluster, [
      ...ownedKinds(TENANT).map(({ object }) => object),
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "free", namespace: TENANT },
        spec: { containers: [{ name: "app", image: "app" }] },
      },
    ]);
    admin = { kubeconfig: cluster.adminKubeconfig, flags: [] };
    tenant = { kubeconfig: await cluster.userKubeconfig("stranger"), flags: [] };
  }, 120_000);

  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
  });

  /** Nothing is kept. */
  function patchStatus(who: Somebody, what: string, body: object, name = "owned"): Promise<Answer> {
    const flags = ["--subresource=status", "--type=merge", "--dry-run=server", "-p", JSON.stringify(body)];
    return ask(cluster, who, ["patch", what, name, "-n", TENANT, ...flags]);
  }

  describe.for(ownedKinds(TENANT))("of a $kind", ({ kind, status }) => {
    const withMetadata = { status, metadata: { ...WITHOUT_LABELS, annotations: { a: "b" } } };

    it("lets whoever may write its status write that, which the API server takes", async () => {
      for (const who of [admin, tenant, controllerOf(cluster, "its-controller")]) {
        expect(await patchStatus(who, kind, { status })).toMatchObject({ verdict: "allowed" });
      }
      const flags = ["--subresource=status", "--type=merge", "--dry-run=server", "-o", "json"];
      const patch = ["-n", TENANT, "-p", JSON.stringify({ status })];
      expect(JSON.parse(await cluster.kubectl("patch", kind, "owned", ...flags, ...patch))).toMatchObject({
        status,
      });
    });

    it("lets nobody but Kubernetes change its metadata with it", async () => {
      for (const who of [admin, tenant]) {
        expect(await patchStatus(who, kind, withMetadata)).toMatchObject({ verdict: "guard" });
      }
      expect(await patchStatus(controllerOf(cluster, "its-controller"), kind, withMetadata)).toMatchObject({
        verdict: "allowed",
      });
    });
  });

  it.for(Object.entries(METADATA))("refuses a status with %s", async ([, metadata]) => {
    expect(await patchStatus(tenant, "ingress", { metadata })).toMatchObject({ verdict: "guard" });
  });

  it("refuses a status that hands an object of nobody to a gate", async () => {
    const labelled = { metadata: { labels: labelsOf("payments") } };
    expect(await patchStatus(tenant, "pod", labelled, "free")).toMatchObject({ verdict: "guard" });
    const others = { metadata: { labels: { app: "mine" }, annotations: { a: "b" } } };
    expect(await patchStatus(tenant, "pod", others, "free")).toMatchObject({ verdict: "allowed" });
  });

  // Of a Deployment the API server itself keeps the labels, so that such a request changes nothing.
  const relabelled = ownedKinds(TENANT).filter(({ kind }) => kind !== "Deployment");

  it("stops at the first step who would take the labels away and delete then", async () => {
    const labels = JSON.stringify({ metadata: WITHOUT_LABELS });
    for (const { kind } of relabelled) {
      const take = [
        "patch",
        kind,
        "owned",
        "-n",
        TENANT,
        "--subresource=status",
        "--type=merge",
        "-p",
        labels,
      ];
      expect(await ask(cluster, admin, take)).toMatchObject({ verdict: "guard" });
      const remove = ["delete", kind, "owned", "-n", TENANT, "--wait=false"];
      expect(await ask(cluster, admin, remove)).toMatchObject({ verdict: "guard" });
    }
  });

  describe("of a Namespace", () => {
    const finalize = (spec: object, metadata: object = {}) => {
      const owned = {
        name: "owned",
        labels: { "kubernetes.io/metadata.name": "owned", ...labelsOf("payments") },
      };
      const body = { apiVersion: "v1", kind: "Namespace", metadata: { ...owned, ...metadata }, spec };
      const put = ["replace", "--raw", "/api/v1/namespaces/owned/finalize?dryRun=All", "-f", "-"];
      return (who: Somebody) => ask(cluster, who, put, JSON.stringify(body));
    };

    it("lets its controller alone finalize it", async () => {
      const ending = finalize({ finalizers: [] });
      expect(await ending(admin)).toMatchObject({ verdict: "guard" });
      expect(await ending(tenant)).toMatchObject({ verdict: "guard" });
      expect(await ending(controllerOf(cluster, "namespace-controller"))).toMatchObject({
        verdict: "allowed",
      });
    });

    it("refuses metadata with `finalize` and with `status`", async () => {
      const spec = { finalizers: ["kubernetes"] };
      expect(await finalize(spec, { annotations: { a: "b" } })(tenant)).toMatchObject({ verdict: "guard" });
      expect(await finalize(spec, { labels: {} })(tenant)).toMatchObject({ verdict: "guard" });
      expect(await patchStatus(tenant, "namespace", { metadata: WITHOUT_LABELS })).toMatchObject({
        verdict: "guard",
      });
      const status = { conditions: [{ type: "NamespaceContentRemaining", status: "False" }] };
      expect(await patchStatus(tenant, "namespace", { status })).toMatchObject({ verdict: "allowed" });
    });
  });

  it.for(["bindings", "pods/free/binding"])("refuses labels that come with POST %s", async (path) => {
    const bind = (labels: object) => {
      const metadata = { name: "free", namespace: TENANT, labels };
      const target = { apiVersion: "v1", kind: "Node", name: "n1" };
      const body = { apiVersion: "v1", kind: "Binding", metadata, target };
      const post = ["create", "--raw", `/api/v1/namespaces/${TENANT}/${path}?dryRun=All`, "-f", "-"];
      return ask(cluster, tenant, post, JSON.stringify(body));
    };
    expect(await bind(labelsOf("payments"))).toMatchObject({ verdict: "guard" });
    expect(await bind({ zone: "a" })).toMatchObject({ verdict: "allowed" });
  });
});
