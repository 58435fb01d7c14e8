import { afterAll, describe, expect, it } from "vitest";
import { type RenderCode, render, type SourceFiles } from "../../src/render/index.ts";
import type { Verified } from "../../src/verified.ts";
import { openCell } from "../cell/tree.ts";

const cell = openCell();
afterAll(() => cell.close());

const MiB = 1024 * 1024;
const BOUNDS = { namespace: "payments", clusterResources: false };

async function codesOf(contents: Readonly<Record<string, string | Uint8Array>>): Promise<RenderCode[]> {
  const files: SourceFiles = new Map(
    Object.entries(contents).map(([path, content]) => [path, Buffer.from(content)]),
  );
  const rendered = await render({ files } as Verified<{ files: SourceFiles }>, "", BOUNDS, cell);
  return rendered.ok ? [] : rendered.refusals.map(({ code }) => code);
}

/** A ConfigMap with these lines of YAML below its `data`. */
function configMap(...lines: string[]): string {
  const head = ["apiVersion: v1", "kind: ConfigMap", "metadata: {name: a}", "data:"];
  return [...head, ...lines.map((line) => `  ${line}`), ""].join("\n");
}

/** `levels` anchors, each of them `width` times the one before. */
function laughs(levels: number, width: number): string[] {
  const row = (value: string) => `[${Array.from({ length: width }, () => value).join(", ")}]`;
  return Array.from(
    { length: levels },
    (_, level) => `k${level}: &a${level} ${row(level === 0 ? "lol" : `*a${level - 1}`)}`,
  );
}

describe("attack 14: YAML that is made to break its reader", () => {
  it("honest YAML passes: aliases, deep structures, many documents, large values", async () => {
    const documents = Array.from({ length: 500 }, (_, index) =>
      configMap("k: v").replace("name: a", `name: n${index}`),
    );
    const files = {
      "aliases.yaml": configMap("a: &a {k: v}", "b: *a", ...laughs(2, 10)).replace(
        "name: a",
        "name: aliases",
      ),
      "deep.yaml": configMap(`d: ${"[".repeat(97)}1${"]".repeat(97)}`).replace("name: a", "name: deep"),
      "many.yaml": documents.join("---\n"),
      "large.yaml": configMap(`l: ${"x".repeat(MiB)}`).replace("name: a", "name: large"),
    };
    expect(await codesOf(files)).toEqual([]);
  });

  it.each<[string, RenderCode, string]>([
    ["a billion laughs", "TOO_MANY_NODES", configMap(...laughs(10, 10))],
    [
      "a long text, multiplied",
      "TOO_LARGE",
      configMap(`t: &t ${"x".repeat(MiB)}`, `u: [${"*t, ".repeat(70)}]`),
    ],
    ["aliases upon aliases", "TOO_MANY_ALIASES", configMap("t: &t 1", `u: [${"*t,".repeat(10_001)}]`)],
    ["depth in flow style", "TOO_DEEP", configMap(`d: ${"[".repeat(100_000)}`)],
    ["depth in block style", "TOO_DEEP", `${"- ".repeat(100_000)}x`],
    [
      "depth through aliases",
      "TOO_DEEP",
      configMap(...Array.from({ length: 110 }, (_, i) => `k${i}: &a${i} [${i === 0 ? 1 : `*a${i - 1}`}]`)),
    ],
    ["more tokens than memory", "TOO_LARGE", configMap(`e: [${"{},".repeat(MiB)}]`)],
    ["more documents than anybody reads", "TOO_MANY_DOCUMENTS", "---\n".repeat(20_000)],
    ["a file beyond all size", "TOO_LARGE", " ".repeat(9 * MiB)],
    ["a key given twice", "DUPLICATE_KEY", configMap("a: 1", "a: 2")],
    ["a key given twice, once in quotes", "DUPLICATE_KEY", configMap("a: 1", '"a": 2')],
    ["a key given twice in JSON", "DUPLICATE_KEY", '{"kind": "Secret", "kind": "ConfigMap"}'],
    ["a NUL byte", "FORBIDDEN_CHARACTER", configMap("a: b\0c")],
    ["an escaped NUL", "FORBIDDEN_CHARACTER", configMap('a: "b\\0c"')],
    ["a line end that some readers do not see", "FORBIDDEN_CHARACTER", configMap("a: b # c\rd: e")],
    ["the prototype as a key", "FORBIDDEN_KEY", configMap("__proto__: {isAdmin: true}")],
    ["the prototype as a key of JSON", "FORBIDDEN_KEY", '{"__proto__": {"kind": "ConfigMap"}}'],
    ["a merge key", "FORBIDDEN_YAML_FEATURE", configMap("<<: {a: b}")],
    ["a tag that calls a constructor", "FORBIDDEN_YAML_FEATURE", configMap("a: !!js/function 'x'")],
    ["another YAML", "FORBIDDEN_YAML_FEATURE", `%YAML 1.1\n---\n${configMap("a: b")}`],
    ["a truth that depends on the reader", "AMBIGUOUS_SCALAR", configMap("privileged: yes")],
    ["a number that no double holds", "UNSAFE_NUMBER", configMap("a: 9007199254740993")],
  ])("%s", async (_, code, text) => {
    expect(await codesOf({ "a.yaml": text })).toEqual([code]);
  });

  it("what is not UTF-8", async () => {
    expect(await codesOf({ "a.yaml": Buffer.from([0x61, 0x3a, 0x20, 0xff]) })).toEqual(["NOT_UTF8"]);
  });

  it("many files weigh as much as one: each within the limits, all of them not", async () => {
    const file = configMap(`t: &t ${"x".repeat(MiB)}`, `u: [${"*t, ".repeat(30)}]`);
    const named = (index: number) => [`${index}.yaml`, file.replace("name: a", `name: n${index}`)];
    expect(await codesOf(Object.fromEntries([1, 2].map(named)))).toEqual([]);
    expect(await codesOf(Object.fromEntries([1, 2, 3].map(named)))).toContain("TOO_LARGE");
  });

  it("reading it leaves every object as it was", async () => {
    await codesOf({
      "a.yaml": '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
    });
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("what kustomize builds is held to the same", async () => {
    const files = (text: string) => ({ "kustomization.yaml": "resources: [a.yaml]", "a.yaml": text });
    expect(await codesOf(files(configMap("a: b")))).toEqual([]);
    expect(await codesOf(files(configMap("a: 1", "a: 2")))).toEqual(["MALFORMED"]);
    expect(await codesOf(files(configMap(...laughs(10, 10))))).toEqual(["MALFORMED"]);
    expect(await codesOf(files(configMap("__proto__: {a: b}")))).toEqual(["FORBIDDEN_KEY"]);
  });
});
