import { describe, expect, it } from "vitest";
import type { ManagedFieldsEntry, ObjectMeta } from "../../kube/index.ts";
import { claimFields, findDrift, fingerprintOf, lostFields, managersOf } from "./drift.ts";
import { type FieldSet, fieldPaths } from "./fields.ts";
import { foreignFields } from "./foreign.ts";
import { GATE_NAME_LABEL, GATE_NAMESPACE_LABEL } from "./ownership.ts";

const GATE = { namespace: "payments", name: "prod" };
const DEPLOYMENT = { apiVersion: "apps/v1", kind: "Deployment", namespace: "payments", name: "api" };
const CONTAINER = 'k:{"name":"api"}';

const ours: ManagedFieldsEntry = {
  manager: "sluice",
  operation: "Apply",
  apiVersion: "apps/v1",
  time: "2026-11-22T12:00:00Z",
  fieldsV1: {
    "f:metadata": { "f:labels": { [`f:${GATE_NAME_LABEL}`]: {} } },
    "f:spec": { "f:replicas": {}, "f:containers": { [CONTAINER]: { ".": {}, "f:image": {}, "f:name": {} } } },
  },
};

const status: ManagedFieldsEntry = {
  manager: "kube-controller-manager",
  operation: "Update",
  apiVersion: "apps/v1",
  subresource: "status",
  fieldsV1: { "f:status": { "f:replicas": {} } },
};

function live(changes: Partial<ObjectMeta> = {}): ObjectMeta {
  return {
    name: "api",
    namespace: "payments",
    uid: "u1",
    labels: { [GATE_NAMESPACE_LABEL]: "payments", [GATE_NAME_LABEL]: "prod" },
    managedFields: [ours, status],
    ...changes,
  };
}

const applied = { uid: "u1", fingerprint: fingerprintOf(live()) };

function edit(fields: FieldSet, manager = "kubectl-edit"): ManagedFieldsEntry {
  return {
    manager,
    operation: "Update",
    apiVersion: "apps/v1",
    time: "2026-11-22T13:00:00Z",
    fieldsV1: fields,
  };
}

/** As the API server leaves it when somebody sets another image. */
const imageTaken: ManagedFieldsEntry[] = [
  {
    ...ours,
    fieldsV1: {
      ...ours.fieldsV1,
      "f:spec": { "f:replicas": {}, "f:containers": { [CONTAINER]: { ".": {}, "f:name": {} } } },
    },
  },
  edit({ "f:spec": { "f:containers": { [CONTAINER]: { "f:image": {} } } } }),
];

describe("findDrift", () => {
  it.each<[string, Partial<ObjectMeta>]>([
    ["nothing", {}],
    [
      "a status",
      { managedFields: [ours, { ...status, time: "2026-11-22T14:00:00Z" }], resourceVersion: "9" },
    ],
    ["a generation, as scaling moves it", { generation: 7 }],
    ["an annotation of a controller", { annotations: { "deployment.kubernetes.io/revision": "2" } }],
  ])("%s is none", (_, changes) => {
    expect(findDrift(applied, live(changes), GATE)).toBeUndefined();
  });

  it.each<[string, Partial<ObjectMeta>, string]>([
    ["a field that is another's now", { managedFields: imageTaken }, "changed"],
    [
      "a change under our own name",
      { managedFields: [{ ...ours, time: "2026-11-22T12:00:01Z" }] },
      "changed",
    ],
    ["managed fields thrown away", { managedFields: [] }, "changed"],
    ["our entry as an Update's", { managedFields: [{ ...ours, operation: "Update" }] }, "changed"],
    ["another uid", { uid: "u2" }, "replaced"],
    [
      "another gate's label",
      { labels: { [GATE_NAMESPACE_LABEL]: "payments", [GATE_NAME_LABEL]: "test" } },
      "replaced",
    ],
    ["no labels", { labels: {} }, "replaced"],
  ])("%s", (_, changes, kind) => {
    expect(findDrift(applied, live(changes), GATE)).toEqual({ kind });
  });

  it("of an object that is gone", () => {
    expect(findDrift(applied, undefined, GATE)).toEqual({ kind: "missing" });
  });

  it("names fields and managers", () => {
    const lost = lostFields(live(), live({ managedFields: imageTaken }));
    expect(fieldPaths(lost)).toEqual(["spec.containers[name=api].image"]);
    expect(managersOf(lost, live({ managedFields: imageTaken }))).toEqual(["kubectl-edit"]);
  });
});

describe("foreignFields", () => {
  const sidecar = edit({ "f:spec": { "f:containers": { 'k:{"name":"evil"}': { ".": {}, "f:image": {} } } } });

  it("finds a container that somebody added, under whatever name", () => {
    for (const manager of ["kubectl-edit", "kube-controller-manager", "sluice"]) {
      const managedFields = [ours, { ...sidecar, manager }];
      expect(fieldPaths(foreignFields(DEPLOYMENT, live({ managedFields })))).toEqual([
        "spec.containers[name=evil]",
        "spec.containers[name=evil].image",
      ]);
    }
  });

  it.each<[string, ManagedFieldsEntry]>([
    ["a status", status],
    ["a scaling", { ...edit({ "f:spec": { "f:replicas": {} } }), subresource: "scale" }],
    ["what is ours as well", edit({ "f:spec": { "f:replicas": {} } })],
    ["metadata", edit({ "f:metadata": { "f:annotations": { "f:a": {} } } })],
  ])("does not count %s", (_, entry) => {
    expect(foreignFields(DEPLOYMENT, live({ managedFields: [ours, entry] }))).toEqual({});
  });

  it("leaves to Kubernetes what Kubernetes fills in, and only there", () => {
    const claim = { ...DEPLOYMENT, apiVersion: "v1", kind: "PersistentVolumeClaim" };
    const bound = edit({ "f:spec": { "f:volumeName": {}, "f:storageClassName": {} } });
    const managedFields = [ours, bound];
    expect(fieldPaths(foreignFields(claim, live({ managedFields })))).toEqual(["spec.storageClassName"]);
    expect(fieldPaths(foreignFields(DEPLOYMENT, live({ managedFields })))).toContain("spec.volumeName");

    const webhook = {
      ...DEPLOYMENT,
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingWebhookConfiguration",
    };
    const injected = edit({
      "f:webhooks": { 'k:{"name":"a"}': { "f:clientConfig": { "f:caBundle": {}, "f:url": {} } } },
    });
    expect(fieldPaths(foreignFields(webhook, live({ managedFields: [ours, injected] })))).toEqual([
      "webhooks[name=a].clientConfig.url",
    ]);
  });

  it("the rules of a role are its controller's where it is aggregated", () => {
    const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", name: "all" };
    const rules = edit({ "f:rules": {} });
    const aggregated = { ...ours, fieldsV1: { "f:aggregationRule": {} } };
    expect(foreignFields(role, live({ managedFields: [aggregated, rules] }))).toEqual({});
    expect(fieldPaths(foreignFields(role, live({ managedFields: [ours, rules] })))).toEqual(["rules"]);
  });

  it("counts labels and annotations where they decide something, and only there", () => {
    const written = edit({
      "f:metadata": {
        "f:annotations": { ".": {}, "f:a": {}, "f:kubectl.kubernetes.io/last-applied-configuration": {} },
        "f:labels": { ".": {}, "f:b": {}, "f:kubernetes.io/metadata.name": {} },
      },
    });
    const managedFields = [ours, written];
    const of = (apiVersion: string, kind: string) =>
      fieldPaths(foreignFields({ ...DEPLOYMENT, apiVersion, kind }, live({ managedFields })));
    expect(of("v1", "Namespace")).toEqual(["metadata.labels.b", "metadata.annotations.a"]);
    expect(of("v1", "ServiceAccount")).toEqual(["metadata.annotations.a"]);
    expect(of("networking.k8s.io/v1", "Ingress")).toEqual(["metadata.annotations.a"]);
    expect(of("rbac.authorization.k8s.io/v1", "ClusterRole")).toEqual(["metadata.labels.b"]);
    expect(of("example.com/v1", "Ingress")).toEqual([]);
    const directive = edit({ "f:metadata": { "f:annotations": { "f:sluice.dev/foreign-fields": {} } } });
    const directed = live({ managedFields: [ours, directive] });
    expect(fieldPaths(foreignFields(DEPLOYMENT, directed))).toEqual([
      "metadata.annotations.sluice.dev/foreign-fields",
    ]);
    expect(of("v1", "ConfigMap")).toEqual([]);
  });

  it("can be made ours, so that the next apply removes them", () => {
    const mixed = edit({ ...sidecar.fieldsV1, "f:metadata": { "f:annotations": { "f:a": {} } } } as FieldSet);
    const object = live({ managedFields: [ours, status, mixed] });
    const claimed = claimFields(object, foreignFields(DEPLOYMENT, object));
    expect(claimed.map(({ manager }) => manager)).toEqual([
      "sluice",
      "kube-controller-manager",
      "kubectl-edit",
    ]);
    expect(foreignFields(DEPLOYMENT, { ...object, managedFields: claimed })).toEqual({});
    expect(claimed[2]?.fieldsV1).toEqual({ "f:metadata": { "f:annotations": { "f:a": {} } } });
  });
});
