import { describe, expect, it } from "vitest";
import type { Verified } from "../verified.ts";
import { render, renderFiles, type SourceFiles } from "./render.ts";

function source(files: Record<string, string>): SourceFiles {
  return new Map(Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)]));
}

function configMap(name: string, namespace?: string): string {
  const metadata = { name, ...(namespace !== undefined && { namespace }) };
  return JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata });
}

/** A cell that answers what it is told, and remembers what it was asked. */
function fakeCell(objects: Record<string, unknown>[] = []) {
  const asked: string[] = [];
  return {
    asked,
    buildKustomization: async ({ dir }: { dir: string }) => {
      asked.push(dir);
      return { ok: true as const, value: objects };
    },
  };
}

async function namesOf(files: Record<string, string>, path = "", cell = fakeCell()): Promise<string[]> {
  const rendered = await renderFiles(source(files), path, cell);
  return rendered.ok ? rendered.value.map(({ value }) => value.metadata.name) : [];
}

async function codesOf(files: Record<string, string>, path = "", cell = fakeCell()): Promise<string[]> {
  const rendered = await renderFiles(source(files), path, cell);
  return rendered.ok ? [] : rendered.refusals.map(({ code }) => code);
}

describe("a plain folder", () => {
  it("is read recursively, in the order of its paths", async () => {
    const files = {
      "prod/b.yaml": configMap("b"),
      "prod/a/z.json": configMap("z"),
      "prod/B.yml": `${configMap("B1")}\n---\n${configMap("B2")}`,
      "prod/README.md": "no manifest: [",
      "prod/.github/workflow.yaml": "on: push",
      "prod/.yamllint.yaml": "rules: {}",
      "production/c.yaml": configMap("c"),
      "top.yaml": configMap("top"),
    };
    expect(await namesOf(files, "prod")).toEqual(["B1", "B2", "z", "b"]);
    expect(await namesOf(files)).toEqual(["B1", "B2", "z", "b", "c", "top"]);
  });

  it("must exist", async () => {
    expect(await codesOf({ "prod/a.yaml": configMap("a") }, "prod")).toEqual([]);
    expect(await codesOf({ "prod/a.yaml": configMap("a") }, "pro")).toEqual(["PATH_NOT_FOUND"]);
  });

  it("must give an object: an empty render would remove everything", async () => {
    expect(await codesOf({ "a.yaml": "# nothing yet\n---\n" })).toEqual(["EMPTY"]);
    expect(await codesOf({ "README.md": "hello" })).toEqual(["EMPTY"]);
    expect(await codesOf({ "a.yaml": '{"apiVersion": "v1", "kind": "List", "items": []}' })).toEqual([
      "EMPTY",
    ]);
  });

  it("is no chart, and holds no chart", async () => {
    expect(await codesOf({ "Chart.yaml": "name: x", "templates/a.yaml": "{{ x }}" })).toEqual(["CHART"]);
    expect(await codesOf({ "a.yaml": configMap("a"), "sub/Chart.yaml": "name: x" })).toEqual(["CHART"]);
  });

  it("holds no kustomization further down, which would not be built", async () => {
    const files = { "a.yaml": configMap("a"), "sub/kustomization.yaml": "resources: []" };
    expect(await codesOf(files)).toEqual(["NESTED_KUSTOMIZATION"]);
  });

  it("tells every file's problem", async () => {
    const files = { "a.yaml": "a: yes", "b.yaml": configMap("b"), "c.yaml": "[1" };
    expect(await codesOf(files)).toEqual(["AMBIGUOUS_SCALAR", "MALFORMED_YAML"]);
  });
});

describe("a kustomization", () => {
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "built" } };

  it.each(["kustomization.yaml", "kustomization.yml", "Kustomization"])("is found by %s", async (name) => {
    const cell = fakeCell([object]);
    expect(await namesOf({ [`prod/${name}`]: "", "prod/a.yaml": configMap("a") }, "prod", cell)).toEqual([
      "built",
    ]);
    expect(cell.asked).toEqual(["prod"]);
  });

  it("is not found by a name that only looks like it", async () => {
    const cell = fakeCell([object]);
    expect(await namesOf({ "prod/my-kustomization.yaml": configMap("a") }, "prod", cell)).toEqual(["a"]);
    expect(cell.asked).toEqual([]);
  });

  it("must give an object", async () => {
    expect(await codesOf({ "kustomization.yaml": "" }, "", fakeCell([]))).toEqual(["EMPTY"]);
  });

  it("is held to the same rules as YAML", async () => {
    const poisoned = JSON.parse(
      JSON.stringify(object).replace('"built"', '"built","labels":{"__proto__":"x"}'),
    );
    expect(await codesOf({ "kustomization.yaml": "" }, "", fakeCell([poisoned]))).toEqual(["FORBIDDEN_KEY"]);
    const generated = { ...object, metadata: { generateName: "x-" } };
    expect(await codesOf({ "kustomization.yaml": "" }, "", fakeCell([generated]))).toEqual([
      "GENERATED_NAME",
    ]);
  });

  it("hands on what the cell refuses", async () => {
    const problem = { code: "REMOTE_BASE", message: "m", file: "kustomization.yaml", row: 3 } as const;
    const cell = { buildKustomization: async () => ({ ok: false as const, problems: [problem] as const }) };
    const rendered = await renderFiles(source({ "kustomization.yaml": "" }), "", cell);
    expect(rendered).toMatchObject({ refusals: [{ code: "REMOTE_BASE", subject: "kustomization.yaml:3" }] });
  });
});

describe("render", () => {
  function verified(files: Record<string, string>) {
    return { files: source(files) } as Verified<{ files: SourceFiles }>;
  }
  const bounds = { namespace: "payments", clusterResources: false };

  it("gives the canonical manifests, within the gate's bounds", async () => {
    const two = { "b.yaml": configMap("b"), "a.yaml": configMap("c") };
    const one = { "x.yaml": `${configMap("c")}\n---\n${configMap("b", "payments")}` };
    const rendered = await render(verified(two), "", bounds, fakeCell());
    const again = await render(verified(one), "", bounds, fakeCell());
    expect(rendered).toMatchObject({
      ok: true,
      value: { objects: [{ metadata: { name: "b", namespace: "payments" } }, { metadata: { name: "c" } }] },
    });
    expect(again).toEqual(rendered);
  });

  it("refuses what is outside of them", async () => {
    const rendered = await render(verified({ "b.yaml": configMap("b", "other") }), "", bounds, fakeCell());
    expect(rendered).toMatchObject({ ok: false, refusals: [{ code: "OUTSIDE_NAMESPACES" }] });
  });
});
