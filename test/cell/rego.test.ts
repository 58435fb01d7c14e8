import { loadPolicy } from "@open-policy-agent/opa-wasm";
import { afterAll, describe, expect, test } from "vitest";
import { codesOf, openCell, tree, unwrap } from "./tree.ts";

const cell = openCell();
afterAll(() => cell.close());

const PINNED = `package sluice.object.images

# METADATA
# title: Images are pinned
# custom:
#   controls: [PCI-DSS-6.5.1]
deny contains reason if {
	some container in input.object.spec.containers
	not contains(container.image, "@sha256:")
	not container.image in data.exempt
	reason := {"msg": $"{container.image} is not pinned", "title": rego.metadata.rule().title}
}
`;
const FILES = { "images.rego": PINNED, "data.yaml": "exempt: [pause]\n" };
const pod = (image: string) => ({ object: { spec: { containers: [{ image }] } } });

/** What a compiled entry point answers, through OPA's own SDK. */
async function evaluate(
  files: Readonly<Record<string, string>>,
  entrypoint: string,
  input: object,
): Promise<unknown> {
  const compiled = unwrap(await cell.compileRego({ files: tree(files) }));
  const policy = await loadPolicy(compiled.wasm, { initial: 5, maximum: 64 });
  policy.setData(compiled.data);
  return policy.evaluate(input, entrypoint)[0].result;
}

describe("rego.compile", () => {
  test("the module decides as the policy says", async () => {
    const entrypoint = "sluice/object/images/deny";
    expect(await evaluate(FILES, entrypoint, pod("app:1"))).toEqual([
      { msg: "app:1 is not pinned", title: "Images are pinned" },
    ]);
    expect(await evaluate(FILES, entrypoint, pod("app@sha256:00"))).toEqual([]);
    expect(await evaluate(FILES, entrypoint, pod("pause"))).toEqual([]);
  });

  test("formats the same at the gate as in a test", async () => {
    const formatted =
      'sprintf("%s|%v|%d|%x|%b|%o|%%|%5d|%-5d|%05d|%+d|%5s|%-5s", ["a", "b", 12, 255, 5, 9, 1, 2, 3, 4, "c", "d"])';
    const files = { "a.rego": `package sluice.object.a\ndeny contains x if x := ${formatted}\n` };
    const [atGate] = (await evaluate(files, "sluice/object/a/deny", {})) as string[];
    const tests = `package a_test\ntest_a if data.sluice.object.a.deny == {"${atGate}"}\n`;
    const { results } = unwrap(await cell.testRego({ files: tree({ ...files, "a_test.rego": tests }) }));
    expect(results).toMatchObject([{ name: "test_a", pass: true }]);
  });

  test("the same files give the same bytes, in a fresh instance as in a used one", async () => {
    const used = unwrap(await cell.compileRego({ files: tree(FILES) }));
    const other = openCell();
    const fresh = unwrap(await other.compileRego({ files: tree(FILES) })).wasm;
    await other.close();
    expect(Buffer.compare(fresh, used.wasm)).toBe(0);
  });

  test("another policy gives other bytes", async () => {
    const first = unwrap(await cell.compileRego({ files: tree(FILES) }));
    const second = unwrap(
      await cell.compileRego({ files: tree({ ...FILES, "images.rego": PINNED.replace("pinned", "fixed") }) }),
    );
    expect(Buffer.compare(first.wasm, second.wasm)).not.toBe(0);
  });

  test.each([
    "http.send({})",
    "time.now_ns()",
    "rand.intn(`a`, 2)",
    "opa.runtime()",
    "net.lookup_ip_addr(`a`)",
  ])("attack 27: %s does not compile", async (call) => {
    const files = tree({ "a.rego": `package sluice.object.a\n\ndeny contains x if x := ${call}\n` });
    const result = await cell.compileRego({ files });
    expect(result).toMatchObject({
      ok: false,
      problems: [{ code: "BUILTIN_REFUSED", file: "a.rego", row: 3, remedy: expect.stringContaining("") }],
    });
  });

  test("input.time is what a policy has instead", async () => {
    const files = {
      "a.rego": 'package sluice.object.a\ndeny contains "late" if input.time > "2026-01-01T00:00:00Z"\n',
    };
    expect(await evaluate(files, "sluice/object/a/deny", { time: "2026-06-01T00:00:00Z" })).toEqual(["late"]);
    expect(await evaluate(files, "sluice/object/a/deny", { time: "2025-06-01T00:00:00Z" })).toEqual([]);
  });
});

describe("rego.check", () => {
  const schemas = {
    object: { type: "object", properties: { object: { type: "object" } }, additionalProperties: false },
  };

  test("knows the schema of the input", async () => {
    const policy = (field: string) =>
      tree({ "a.rego": `package sluice.object.a\ndeny contains "x" if input.${field}\n` });
    expect(codesOf(await cell.checkRego({ files: policy("objet"), schemas }))).toEqual(["REGO_TYPE"]);
    expect(unwrap(await cell.checkRego({ files: policy("object"), schemas }))).toMatchObject({
      entrypoints: ["sluice/object/a/deny"],
      warnings: [{ code: "NO_TITLE", row: 2 }],
    });
  });
});

describe("rego.test", () => {
  test("tells what passed, what failed and what was not reached", async () => {
    const tests = `package images_test

import data.sluice.object.images

test_pinned if count(images.deny) == 0 with input as ${JSON.stringify(pod("app@sha256:00"))}

test_wrong if {
	print("was here")
	count(images.deny) == 1
}
`;
    const tested = unwrap(await cell.testRego({ files: tree({ ...FILES, "images_test.rego": tests }) }));
    expect(tested.results).toMatchObject([
      { name: "test_pinned", pass: true, row: 5, file: "images_test.rego" },
      { name: "test_wrong", pass: false, row: 7, output: "was here\n" },
    ]);
    expect(tested.coverage.files).toMatchObject([{ file: "images.rego", notCovered: expect.any(Array) }]);
    expect(tested.coverage.percent).toBeLessThan(100);
  });
});

describe("rego.inspect", () => {
  test("gives the annotations", async () => {
    expect(unwrap(await cell.inspectRego({ files: tree(FILES) }))).toEqual({
      packages: ["data.sluice.object.images"],
      entrypoints: ["sluice/object/images/deny"],
      annotations: [
        {
          path: "data.sluice.object.images.deny",
          scope: "rule",
          title: "Images are pinned",
          custom: { controls: ["PCI-DSS-6.5.1"] },
          file: "images.rego",
          row: 7,
        },
      ],
    });
  });

  test("refuses what does not parse", async () => {
    expect(codesOf(await cell.inspectRego({ files: tree({ "a.rego": "package" }) }))).toEqual(["REGO_PARSE"]);
  });
});
