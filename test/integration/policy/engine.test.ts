import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { PolicyEngine } from "../../../src/policy/index.ts";
import { tree } from "../../cell/tree.ts";
import { change, configMap, deniedBy, openEngine } from "./scene.ts";

const scene = openEngine({ deadlineMs: 60_000 });
const impatient = openEngine({ deadlineMs: 1_000 });
afterAll(() => Promise.all([scene.close(), impatient.close()]));

const RULE = `package sluice.object.names

# METADATA
# title: Names are short
# custom:
#   severity: low
#   controls: [OWN-1]
#   remediation: Choose a shorter one.
deny contains {"msg": "too long", "path": "/metadata/name"} if count(input.object.metadata.name) > input.parameters.limit
`;

describe("evaluating", () => {
  it("asks object packages once for each object, and change packages once", async () => {
    const bundle = await scene.compile({
      "a.rego": `package sluice.object.a\ndeny contains input.object.metadata.name`,
      "b.rego": `package sluice.change.b\nwarn contains sprintf("%d objects", [count(input.objects)])`,
    });
    const { findings, faults, bundles } = await scene.engine.evaluate(
      [bundle],
      change(configMap("x"), configMap("y")),
    );
    expect(faults).toEqual([]);
    expect(bundles).toEqual([{ name: "own", digest: bundle.digest }]);
    expect(findings.map(({ rule, object, message }) => [rule, object, message])).toEqual([
      ["deny", "v1 ConfigMap payments/x", "x"],
      ["deny", "v1 ConfigMap payments/y", "y"],
      ["warn", undefined, "2 objects"],
    ]);
  });

  it("hands each bundle its own parameters, and findings what the metadata says", async () => {
    const strict = await scene.compile({ "a.rego": RULE }, { limit: 3 });
    const lenient = await scene.compile({ "a.rego": RULE }, { limit: 4 });
    expect(strict.digest).not.toBe(lenient.digest);
    const report = await scene.engine.evaluate([strict, lenient], change(configMap("four")));
    expect(report).toMatchObject({
      bundles: [{ digest: strict.digest }, { digest: lenient.digest }],
      faults: [],
      findings: [
        {
          package: "sluice.object.names",
          rule: "deny",
          object: "v1 ConfigMap payments/four",
          path: "/metadata/name",
          title: "Names are short",
          severity: "low",
          controls: ["OWN-1"],
          remediation: "Choose a shorter one.",
        },
      ],
    });
    expect(report.findings).toHaveLength(1);
  });

  it("shows all of the input, and the bundle's data", async () => {
    const bundle = await scene.compile({
      "a.rego": [
        "package sluice.object.a",
        `deny contains "base" if input.source.base == null`,
        `deny contains "time" if input.time < data.limits.until`,
        `deny contains "gate" if input.gate.name == "payments"`,
        `deny contains "absent" if input.object.spec.absent`,
      ].join("\n"),
      "limits/data.yaml": 'until: "2026-06-01T00:00:00.000Z"',
    });
    const { findings } = await scene.engine.evaluate([bundle], change(configMap("x")));
    expect(findings.map(({ message }) => message)).toEqual(["base", "gate", "time"]);
  });

  it("goes on after a policy that had to be stopped, and keeps nothing of it", async () => {
    const endless = await scene.compile({
      "a.rego": `package sluice.object.a\ndeny contains "x" if regex.split("^(a+)+$", "${"a".repeat(40)}b")[0] == ""`,
    });
    const good = await scene.compile({ "a.rego": RULE }, { limit: 3 });
    expect(deniedBy(await impatient.engine.evaluate([endless], change(configMap("x"))))).toEqual([
      "POLICY_DEADLINE",
    ]);
    // Six times, so that the seat of the one that was ended has its turn.
    for (let round = 0; round < 6; round += 1) {
      const report = await impatient.engine.evaluate([good], change(configMap("four")));
      expect(deniedBy(report)).toEqual(["sluice.object.names"]);
    }
  });

  it("answers many at once, each with its own", async () => {
    const bundle = await scene.compile({
      "a.rego": "package sluice.object.a\ndeny contains input.object.metadata.name",
    });
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
    const reports = await Promise.all(
      names.map((name) => scene.engine.evaluate([bundle], change(configMap(name)))),
    );
    expect(reports.map(({ findings }) => findings.map(({ message }) => message))).toEqual(
      names.map((name) => [name]),
    );
  });

  it("denies once it is closed", async () => {
    const closed = new PolicyEngine({ cell: { checkRego: never, compileRego: never, inspectRego: never } });
    const bundle = await scene.compile({ "a.rego": RULE }, { limit: 3 });
    await closed.close();
    expect(deniedBy(await closed.evaluate([bundle], change(configMap("x"))))).toEqual(["POLICY_CRASHED"]);
  });
});

function never(): never {
  throw new Error("the cell was asked");
}

describe("compiling", () => {
  it.each([
    ["REGO_PARSE", "package sluice.object.a\ndeny contains"],
    ["REGO_TYPE", 'package sluice.object.a\ndeny contains "x" if input.sorce.url == ""'],
    ["REGO_TYPE", 'package sluice.change.a\ndeny contains "x" if input.object.kind == ""'],
    ["BUILTIN_REFUSED", 'package sluice.object.a\ndeny contains "x" if time.now_ns() > 0'],
    ["RULE_KIND", "package sluice.object.a\ndeny := true"],
    ["RULE_MISPLACED", 'package sluice.lib.a\ndeny contains "x"'],
    ["NO_ENTRYPOINT", "package sluice.object.a\nallow := true"],
    // Looked for under another path, it would never be asked.
    ["BAD_ENTRYPOINT", 'package sluice.object["a/b"]\ndeny contains "x"'],
    // The gate's own collecting rule goes by this name.
    ["REGO_RECURSION", 'package sluice.object["*"]\ndeny contains "x"'],
  ])("%s: %s", async (code, rego) => {
    expect(new Set(await scene.codesOf({ "a.rego": rego }))).toEqual(new Set([code]));
  });

  it("takes odd names that are names all the same", async () => {
    const bundle = await scene.compile({
      "a.rego": 'package sluice.object["a.b \\"c\\""]\ndeny contains "x"',
    });
    expect(deniedBy(await scene.engine.evaluate([bundle], change(configMap("x"))))).toEqual([
      'sluice.object.a.b "c"',
    ]);
  });

  it("a file of the author's by our name is compiled like any other", async () => {
    const bundle = await scene.compile({
      "sluice-object.rego": 'package sluice.object.a\ndeny contains "x"',
    });
    expect(deniedBy(await scene.engine.evaluate([bundle], change(configMap("x"))))).toEqual([
      "sluice.object.a",
    ]);
  });

  it("takes from the cache what was compiled before, without a cell, and compiles again what is damaged", async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), "sluice-policy-cache-"));
    const cache = { directory: cacheDir, key: Buffer.from("a secret") };
    const first = openEngine({ cache });
    const second = new PolicyEngine({
      cell: { checkRego: never, compileRego: never, inspectRego: never },
      cache,
    });
    try {
      await first.compile({ "a.rego": RULE }, { limit: 3 });
      expect(await readdir(cacheDir)).toHaveLength(1);
      const source = { name: "own", files: tree({ "a.rego": RULE }), parameters: { limit: 3 } };
      const cached = await second.compile(source);
      const report = cached.ok && (await second.evaluate([cached.value], change(configMap("four"))));
      expect(report && deniedBy(report)).toEqual(["sluice.object.names"]);
      const other = { ...source, files: tree({ "a.rego": `${RULE}\n` }) };
      await expect(second.compile(other)).rejects.toThrow("the cell was asked");
    } finally {
      await Promise.all([first.close(), second.close()]);
      await rm(cacheDir, { recursive: true });
    }
  });
});
