import { afterAll, describe, expect, test } from "vitest";
import { codesOf, openCell, tree, unwrap } from "../cell/tree.ts";

const cell = openCell();
afterAll(() => cell.close());

const CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {level: info}\n";

const build = (files: Readonly<Record<string, string>>) =>
  cell.buildKustomization({ files: tree(files), dir: "." });

describe("attack 13: a kustomization that would leave the cell", () => {
  const honest = {
    "kustomization.yaml": "resources: [vendored]",
    "vendored/kustomization.yaml": "resources: [a.yaml]",
  };

  test("a vendored base builds", async () => {
    expect(unwrap(await build({ ...honest, "vendored/a.yaml": CONFIG_MAP }))).toHaveLength(1);
  });

  test.each([
    ["REMOTE_BASE", "resources: ['https://git.example/base.git']"],
    ["REMOTE_BASE", "resources: ['github.com/org/base?ref=v1']"],
    ["REMOTE_BASE", "resources: ['git@git.example:org/base.git']"],
    ["REMOTE_BASE", "components: ['ssh://git@git.example/org/base']"],
    ["HELM_IN_KUSTOMIZE", "helmCharts: [{name: c, repo: 'https://charts.example'}]"],
  ])("%s: %s", async (code, kustomization) => {
    expect(codesOf(await build({ "kustomization.yaml": kustomization }))).toEqual([code]);
  });

  test.each([
    ["an exec plugin", "apiVersion: example.com/v1\nkind: Exec\nmetadata: {name: e}\n"],
    [
      "a function",
      'apiVersion: example.com/v1\nkind: F\nmetadata:\n  name: f\n  annotations: {config.kubernetes.io/function: "exec: {path: ./run}"}\n',
    ],
  ])("PLUGIN: %s as a generator", async (_, generator) => {
    const result = await build({ "kustomization.yaml": "generators: [g.yaml]", "g.yaml": generator });
    expect(codesOf(result)).toEqual(["PLUGIN"]);
  });

  test("a built-in generator builds", async () => {
    const generator = "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: g}\nliterals: [a=b]\n";
    const result = await build({ "kustomization.yaml": "generators: [g.yaml]", "g.yaml": generator });
    expect(unwrap(result)).toHaveLength(1);
  });

  test("a URL that only kustomize itself finds gets nowhere", async () => {
    const result = await build({
      "kustomization.yaml": "transformers: [t.yaml]\nresources: [a.yaml]",
      "a.yaml": CONFIG_MAP,
      "t.yaml":
        "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\npath: https://127.0.0.1/p.yaml\n",
    });
    expect(codesOf(result)).toEqual(["REMOTE_BASE"]);
  });
});
