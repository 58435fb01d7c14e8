import { afterAll, describe, expect, it } from "vitest";
import { type RenderCode, render, type SourceFiles } from "../../src/render/index.ts";
import type { Verified } from "../../src/verified.ts";
import { openCell, tree } from "../cell/tree.ts";

const cell = openCell();
afterAll(() => cell.close());

const BOUNDS = { namespace: "payments", clusterResources: false };

async function renderText(files: Readonly<Record<string, string>>, bounds = BOUNDS) {
  return render({ files: tree(files) } as Verified<{ files: SourceFiles }>, "", bounds, cell);
}

/** The codes of a plain manifest and of the same one through a kustomization. */
async function codesOf(text: string, bounds = BOUNDS): Promise<RenderCode[][]> {
  const plain = await renderText({ "a.yaml": text }, bounds);
  const built = await renderText({ "a.yaml": text, "kustomization.yaml": "resources: [a.yaml]" }, bounds);
  return [plain, built].map((rendered) => (rendered.ok ? [] : rendered.refusals.map(({ code }) => code)));
}

function manifest(metadata: string, kind = "ConfigMap", apiVersion = "v1"): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {${metadata}}\n`;
}

const RBAC = "rbac.authorization.k8s.io/v1";

describe("attack 26: objects that are not what they seem, or not where they may be", () => {
  it.each([
    ["no namespace", manifest("name: a")],
    ["the gate's own", manifest("name: a, namespace: payments")],
    ["a custom kind in the gate's own", manifest("name: a, namespace: payments", "Custom", "example.com/v1")],
  ])("honest: %s", async (_, text) => {
    expect(await codesOf(text)).toEqual([[], []]);
  });

  it.each<[string, RenderCode, string]>([
    ["another namespace", "OUTSIDE_NAMESPACES", manifest("name: a, namespace: kube-system")],
    [
      "another namespace for a custom kind",
      "OUTSIDE_NAMESPACES",
      manifest("name: a, namespace: web", "Custom", "example.com/v1"),
    ],
    ["a Namespace", "CLUSTER_SCOPED", manifest("name: web", "Namespace")],
    ["a ClusterRoleBinding", "CLUSTER_SCOPED", manifest("name: all", "ClusterRoleBinding", RBAC)],
    [
      "a ClusterRole that names a namespace",
      "SCOPE_MISMATCH",
      manifest("name: all, namespace: payments", "ClusterRole", RBAC),
    ],
    ["a custom kind without a namespace", "CLUSTER_SCOPED", manifest("name: a", "Custom", "example.com/v1")],
    ["a name made anew each time", "GENERATED_NAME", manifest("name: a, generateName: a-")],
    [
      "an object on its way out",
      "BEING_DELETED",
      manifest("name: a, deletionTimestamp: '2026-01-01T00:00:00Z'"),
    ],
    ["a name that is a path", "MALFORMED_FIELD", manifest("name: ../a")],
  ])("%s", async (_, code, text) => {
    expect(await codesOf(text)).toEqual([[code], [code]]);
  });

  it("cluster-scoped objects pass where the gate's owner lets them", async () => {
    const open = { ...BOUNDS, clusterResources: true };
    expect(await codesOf(manifest("name: web", "Namespace"), open)).toEqual([[], []]);
    expect(await codesOf(manifest("name: a, namespace: web"), open)).toEqual([
      ["OUTSIDE_NAMESPACES"],
      ["OUTSIDE_NAMESPACES"],
    ]);
  });

  it("a List in a List hides nothing", async () => {
    const list = (namespace: string) => {
      const inner = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace } };
      return JSON.stringify({
        apiVersion: "v1",
        kind: "List",
        items: [{ apiVersion: "v1", kind: "List", items: [inner] }],
      });
    };
    expect((await renderText({ "a.yaml": list("payments") })).ok).toBe(true);
    expect(await renderText({ "a.yaml": list("kube-system") })).toMatchObject({
      refusals: [{ code: "OUTSIDE_NAMESPACES" }],
    });
  });

  it("items under a kind that is no List are not smuggled to a client that unpacks them", async () => {
    const smuggled = `${manifest("name: a")}items: [${JSON.stringify({ kind: "Namespace" })}]\n`;
    expect(await renderText({ "a.yaml": smuggled })).toMatchObject({
      refusals: [{ code: "MALFORMED_LIST" }],
    });
    expect((await renderText({ "a.yaml": manifest("name: a") })).ok).toBe(true);
  });

  it("one object is not given twice, the second time under another spelling", async () => {
    const twice = `${manifest("name: a")}---\n${manifest("name: a, namespace: payments")}`;
    expect(await renderText({ "a.yaml": twice })).toMatchObject({ refusals: [{ code: "DUPLICATE_OBJECT" }] });
    const apart = `${manifest("name: a")}---\n${manifest("name: b, namespace: payments")}`;
    expect((await renderText({ "a.yaml": apart })).ok).toBe(true);
  });

  it("an empty render does not remove everything", async () => {
    expect(await renderText({ "a.yaml": "# all gone\n" })).toMatchObject({ refusals: [{ code: "EMPTY" }] });
    expect(await renderText({ "kustomization.yaml": "resources: []" })).toMatchObject({ ok: false });
  });
});
