import { afterAll, describe, expect, test } from "vitest";
import { codesOf, openCell, tree, unwrap } from "./tree.ts";

const cell = openCell();
afterAll(() => cell.close());

const CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {level: info}\n";

const build = (files: Readonly<Record<string, string>>, dir = ".") =>
  cell.buildKustomization({ files: tree(files), dir });

describe("a build", () => {
  test("renders an overlay on a base beside it", async () => {
    const result = await build(
      {
        "base/kustomization.yaml": "resources: [settings.yaml]",
        "base/settings.yaml": CONFIG_MAP,
        "prod/kustomization.yaml":
          "namespace: payments\nresources: [../base]\nconfigMapGenerator: [{name: g, files: [a.bin]}]",
        "prod/a.bin": "x",
      },
      "./prod",
    );
    expect(unwrap(result).map((object) => [object.kind, object.metadata])).toEqual([
      ["ConfigMap", { name: "settings", namespace: "payments" }],
      ["ConfigMap", { name: expect.stringMatching(/^g-/), namespace: "payments" }],
    ]);
  });

  test("carries bytes that are not text", async () => {
    const files = new Map([
      ...tree({ "kustomization.yaml": "configMapGenerator: [{name: g, files: [a.bin]}]" }),
      ["a.bin", Uint8Array.of(0xff, 0x00, 0xfe)],
    ]);
    const [object] = unwrap(await cell.buildKustomization({ files, dir: "." }));
    expect(object).toMatchObject({ binaryData: { "a.bin": "/wD+" } });
  });

  test("keeps a key that names the prototype", async () => {
    const [object] = unwrap(
      await build({
        "kustomization.yaml": "resources: [a.yaml]",
        "a.yaml": `${CONFIG_MAP}x: {__proto__: {y: z}}\n`,
      }),
    );
    expect(JSON.stringify(object)).toContain('"x":{"__proto__":{"y":"z"}}');
    expect(Object.getPrototypeOf(object?.x)).toBe(Object.prototype);
  });
});

describe("attack 12: paths that leave the tree", () => {
  test.each(["../../etc/passwd", "/etc/passwd", "vendored/../../x.yaml"])("resource %s", async (path) => {
    expect(codesOf(await build({ "kustomization.yaml": `resources: ['${path}']` }))).toEqual([
      "OUTSIDE_TREE",
    ]);
  });

  test.each(["../a.yaml", "/a.yaml", "a//b.yaml", "./a.yaml", "a/..", "a\\b", "a\0b", ""])(
    "file %j",
    async (path) => {
      expect(codesOf(await build({ "kustomization.yaml": "resources: []", [path]: "" }))).toEqual([
        "BAD_PATH",
      ]);
    },
  );

  test.each(["..", "../prod", "/", "a/../.."])("folder %s", async (dir) => {
    expect(codesOf(await build({ "kustomization.yaml": "resources: []" }, dir))).toEqual(["BAD_PATH"]);
  });
});

describe("attack 14: documents made to hurt", () => {
  const resource = (yaml: string) => build({ "kustomization.yaml": "resources: [a.yaml]", "a.yaml": yaml });

  test("an alias bomb", async () => {
    const levels = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}]`);
    const result = await resource([CONFIG_MAP, "a0: &a0 [x]", ...levels].join("\n"));
    expect(codesOf(result)).toEqual(["MALFORMED"]);
  });

  test("a duplicate key", async () => {
    expect(codesOf(await resource(`${CONFIG_MAP}data: {level: debug}\n`))).toEqual(["MALFORMED"]);
  });

  test("brackets ten thousand deep", async () => {
    const result = await resource(`${CONFIG_MAP}x: ${"[".repeat(50_000)}${"]".repeat(50_000)}\n`);
    expect(result.ok).toBe(false);
  });

  test("an integer that a double cannot hold", async () => {
    const object = (n: string) => `apiVersion: e/v1\nkind: A\nmetadata: {name: a}\nspec: {n: ${n}}\n`;
    expect(codesOf(await resource(object("9007199254740993")))).toEqual(["UNSAFE_NUMBER"]);
    expect(unwrap(await resource(object("9007199254740991")))[0]).toMatchObject({
      spec: { n: 9007199254740991 },
    });
  });
});

test("the order in which files are given does not matter", async () => {
  const files: [string, Uint8Array][] = [
    ...tree({ "kustomization.yaml": "resources: [b.yaml, a.yaml]", "a.yaml": CONFIG_MAP, "b.yaml": "" }),
  ];
  const forth = await cell.buildKustomization({ files: new Map(files), dir: "." });
  const back = await cell.buildKustomization({ files: new Map(files.reverse()), dir: "." });
  expect(unwrap(forth)).toHaveLength(1);
  expect(back).toEqual(forth);
});
