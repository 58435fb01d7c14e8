import { describe, expect, it } from "vitest";
import { type Bounds, boundObjects } from "./bounds.ts";
import type { KubernetesObject } from "./types.ts";

const own: Bounds = { namespace: "payments", clusterResources: false };

function object(apiVersion: string, kind: string, namespace?: string): KubernetesObject {
  return { apiVersion, kind, metadata: { name: "a", ...(namespace !== undefined && { namespace }) } };
}

function judge(bounds: Bounds, ...objects: KubernetesObject[]) {
  const bounded = boundObjects(
    objects.map((value) => ({ value, origin: "" })),
    bounds,
  );
  return {
    codes: bounded.refusals.map(({ code }) => code),
    namespaces: bounded.objects.map(({ metadata }) => metadata.namespace),
  };
}

describe("boundObjects", () => {
  it("gives a namespaced kind the gate's own namespace where it names none", () => {
    expect(judge(own, object("v1", "Secret"), object("apps/v1", "Deployment"))).toEqual({
      codes: [],
      namespaces: ["payments", "payments"],
    });
  });

  it("lets objects be in the gate's own namespace, and in no other", () => {
    expect(judge(own, object("v1", "Secret", "payments"))).toEqual({ codes: [], namespaces: ["payments"] });
    expect(judge(own, object("v1", "Secret", "kube-system")).codes).toEqual(["OUTSIDE_NAMESPACES"]);
    expect(judge(own, object("example.com/v1", "Custom", "kube-system")).codes).toEqual([
      "OUTSIDE_NAMESPACES",
    ]);
  });

  it("lets objects be in the namespaces that are listed, which need not be the gate's own", () => {
    const listed = { ...own, namespaces: ["web", "jobs"] };
    expect(judge(listed, object("v1", "Secret", "web"), object("v1", "Secret", "jobs")).codes).toEqual([]);
    expect(judge(listed, object("v1", "Secret", "payments")).codes).toEqual(["OUTSIDE_NAMESPACES"]);
    expect(judge(listed, object("v1", "Secret")).codes).toEqual(["OUTSIDE_NAMESPACES"]);
  });

  it.each([
    object("v1", "Namespace"),
    object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    object("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    object("example.com/v1", "Custom"),
  ])("asks for clusterResources for $kind", (clusterScoped) => {
    expect(judge(own, clusterScoped).codes).toEqual(["CLUSTER_SCOPED"]);
    expect(judge({ ...own, clusterResources: true }, clusterScoped)).toEqual({
      codes: [],
      namespaces: [undefined],
    });
  });

  it("a namespace does not turn a cluster-scoped kind into a namespaced one", () => {
    const disguised = object("rbac.authorization.k8s.io/v1", "ClusterRole", "payments");
    expect(judge(own, disguised).codes).toEqual(["SCOPE_MISMATCH"]);
    expect(judge({ ...own, clusterResources: true }, disguised).codes).toEqual(["SCOPE_MISMATCH"]);
  });

  it("knows kinds by their group", () => {
    expect(judge(own, object("example.com/v1", "Secret")).codes).toEqual(["CLUSTER_SCOPED"]);
    expect(judge(own, object("example.com/v1", "Namespace", "payments")).codes).toEqual([]);
  });

  it("refuses the same object given twice, whatever its spelling", () => {
    const twice = [object("v1", "Secret"), object("v1", "Secret", "payments")];
    expect(judge(own, ...twice).codes).toEqual(["DUPLICATE_OBJECT"]);
    expect(judge(own, object("apps/v1", "Deployment"), object("apps/v1beta1", "Deployment")).codes).toEqual([
      "DUPLICATE_OBJECT",
    ]);
    expect(judge(own, object("v1", "Secret"), object("v1", "ConfigMap")).codes).toEqual([]);
  });
});
