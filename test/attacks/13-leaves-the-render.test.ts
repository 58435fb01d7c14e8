import { afterAll, describe, expect, it } from "vitest";
import { type RenderCode, render, type SourceFiles } from "../../src/render/index.ts";
import type { Verified } from "../../src/verified.ts";
import { openCell, tree } from "../cell/tree.ts";

const cell = openCell();
afterAll(() => cell.close());

const CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {level: info}\n";
const BOUNDS = { namespace: "payments", clusterResources: false };

/** Renders `prod` as the gate does, down to the codes of its refusals. */
async function codesOf(files: Readonly<Record<string, string>>): Promise<RenderCode[]> {
  const source = { files: tree(files) } as Verified<{ files: SourceFiles }>;
  const rendered = await render(source, "prod", BOUNDS, cell);
  return rendered.ok ? [] : rendered.refusals.map(({ code }) => code);
}

describe("attack 13: a source that would have the renderer reach out", () => {
  it("a kustomization on a base beside it renders", async () => {
    const files = {
      "prod/kustomization.yaml": "resources: [../base]",
      "base/kustomization.yaml": "resources: [a.yaml]",
      "base/a.yaml": CONFIG_MAP,
    };
    expect(await codesOf(files)).toEqual([]);
  });

  it.each<[RenderCode, string]>([
    ["REMOTE_BASE", "resources: ['https://git.example/base.git?ref=v1']"],
    ["OUTSIDE_TREE", "resources: ['../../outside']"],
    ["HELM_IN_KUSTOMIZE", "helmCharts: [{name: c, repo: 'https://charts.example'}]"],
    ["PLUGIN", "generators: ['{apiVersion: example.com/v1, kind: Exec, metadata: {name: e}}']"],
  ])("%s: %s", async (code, kustomization) => {
    expect(await codesOf({ "prod/kustomization.yaml": kustomization })).toEqual([code]);
  });

  it("a chart is refused where plain manifests beside it would render", async () => {
    const plain = { "prod/a.yaml": CONFIG_MAP };
    expect(await codesOf(plain)).toEqual([]);
    expect(
      await codesOf({ ...plain, "prod/Chart.yaml": "name: c", "prod/templates/b.yaml": "{{ lookup }}" }),
    ).toEqual(["CHART"]);
  });

  it("a ConfigMap is made of a file of the source, and of none beyond", async () => {
    const generator = (file: string) => ({
      "prod/kustomization.yaml": `configMapGenerator: [{name: c, files: ['${file}']}]`,
      "prod/app.conf": "level: info",
    });
    expect(await codesOf(generator("app.conf"))).toEqual([]);
    expect(await codesOf(generator("/etc/passwd"))).toHaveLength(1);
    expect(await codesOf(generator("../../etc/passwd"))).toHaveLength(1);
  });
});
