import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sha256 } from "../../../src/digest.ts";
import { runCli } from "../../support/cli.ts";
import { BASELINE, PARAMETERS, pod } from "./scene.ts";

/** Each command is a process of its own, and most start a cell. */
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-policy-cli-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

async function run(...args: string[]) {
  const { code, stdout } = await runCli([...args, "--output", "json"]);
  return { code, answer: JSON.parse(stdout) };
}

const RULE = `package sluice.object.names

# METADATA
# title: Names are short
deny contains "too long" if count(input.object.metadata.name) > 3
`;

const TESTS = `package names_test

import data.sluice.object.names

test_short if count(names.deny) == 0 with input.object.metadata.name as "abc"

test_long if count(names.deny) == 1 with input.object.metadata.name as "abcd"
`;

import { describeWithTools } from "../../support/tools.ts";

describe("sluice policy test", () => {
  it("passes with the shipped pack, all of it covered", async () => {
    const { code, answer } = await run("policy", "test", BASELINE);
    expect({ code, ...answer }).toMatchObject({
      code: 0,
      verdict: "passed",
      counts: { failed: 0, skipped: 0 },
    });
    expect(answer.counts.passed).toBeGreaterThan(90);
    expect(answer.coverage.percent).toBe(100);
  });

  it("fails with a failing test, and says where", async () => {
    await write({
      "names.rego": RULE,
      "names_test.rego": TESTS.replace("count(names.deny) == 1", "count(names.deny) == 2"),
    });
    const { code, answer } = await run("policy", "test", folder);
    expect({ code, ...answer }).toMatchObject({
      code: 1,
      verdict: "refused",
      counts: { passed: 1, failed: 1 },
    });
    expect(answer.tests).toContainEqual(
      expect.objectContaining({ name: "test_long", file: "names_test.rego", row: 7, pass: false }),
    );
  });

  it("refuses a run without tests, and faults without a folder", async () => {
    await write({ "names.rego": RULE });
    expect(await run("policy", "test", folder)).toMatchObject({
      code: 1,
      answer: { refusals: [{ code: "NO_TESTS" }] },
    });
    expect(await run("policy", "test", join(folder, "none"))).toMatchObject({
      code: 2,
      answer: { code: "FOLDER_NOT_FOUND" },
    });
  });
});

describe("sluice policy check", () => {
  it("passes what compiles and has titles", async () => {
    await write({ "names.rego": RULE, "names_test.rego": TESTS });
    expect(await run("policy", "check", folder)).toEqual({
      code: 0,
      answer: { verdict: "passed", entrypoints: ["sluice/object/names/deny"] },
    });
  });

  it.each([
    ["NO_TITLE", "names.rego:5:1", RULE.replace("# title: Names are short", "# description: x")],
    ["REGO_TYPE", "names.rego:5:35", RULE.replace("input.object.metadata", "input.objekt.metadata")],
  ])("refuses %s at %s", async (code, subject, rego) => {
    await write({ "names.rego": rego });
    expect(await run("policy", "check", folder)).toMatchObject({
      code: 1,
      answer: { refusals: [{ code, subject }] },
    });
  });
});

describeWithTools(["time"], "sluice policy build", () => {
  it("writes the module, and what it is", async () => {
    await write({ "names.rego": RULE });
    const out = join(folder, "out");
    const { code, answer } = await run("policy", "build", folder, "--out", out);
    expect({ code, ...answer }).toMatchObject({ code: 0, entrypoints: ["sluice/object/names/deny"] });
    const wasm = await readFile(join(out, "policy.wasm"));
    expect(sha256(wasm)).toBe(answer.wasm);
    await expect(WebAssembly.compile(Uint8Array.from(wasm))).resolves.toBeInstanceOf(WebAssembly.Module);
    expect(JSON.parse(await readFile(join(out, "policy.json"), "utf8"))).toMatchObject({ wasm: answer.wasm });
  });

  it("faults where nothing can be written", async () => {
    await write({ "names.rego": RULE, file: "" });
    expect(await run("policy", "build", folder, "--out", join(folder, "file"))).toMatchObject({
      code: 2,
      answer: { code: "OUTPUT_UNWRITABLE" },
    });
  });
});

describeWithTools(["time"], "sluice policy eval", () => {
  it("passes what the policies have nothing against", async () => {
    await write({ "names.rego": RULE, "good.yaml": JSON.stringify(pod({}, "abc")) });
    expect(await run("policy", "eval", folder, "--input", join(folder, "good.yaml"))).toMatchObject({
      code: 0,
      answer: { verdict: "passed", findings: [], faults: [] },
    });
  });

  it("refuses a bad manifest with its findings, by the parameters that are given", async () => {
    await write({ "p.yaml": JSON.stringify(PARAMETERS), "bad.yaml": JSON.stringify(pod({ hostPID: true })) });
    const files = ["--input", join(folder, "bad.yaml"), "--parameters", join(folder, "p.yaml")];
    expect(await run("policy", "eval", BASELINE, ...files)).toMatchObject({
      code: 1,
      answer: {
        verdict: "refused",
        findings: [{ package: "sluice.object.host_namespaces", path: "/spec/hostPID" }],
      },
    });
  });

  it("shows a policy no Secret's values, as the gate does", async () => {
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s" },
      stringData: { password: "hunter2" },
    };
    await write({
      "names.rego": `package sluice.object.s\n\ndeny contains input.object.stringData.password`,
      "s.yaml": JSON.stringify(secret),
    });
    const { code, stdout } = await runCli(["policy", "eval", folder, "--input", join(folder, "s.yaml")]);
    expect(code).toBe(1);
    expect(stdout).toContain("sluice.object.s");
    expect(stdout).not.toContain("hunter2");
  });

  it("refuses what is no manifest, and faults where there is none", async () => {
    await write({ "names.rego": RULE, "x.yaml": "a: [" });
    const evaluate = (name: string) => run("policy", "eval", folder, "--input", join(folder, name));
    expect(await evaluate("x.yaml")).toMatchObject({
      code: 1,
      answer: { refusals: [{ code: "MALFORMED_YAML" }] },
    });
    expect(await evaluate("none.yaml")).toMatchObject({ code: 2, answer: { code: "INPUT_UNREADABLE" } });
  });
});

describeWithTools(["time"], "sluice render", () => {
  it("prints what a folder renders to, with its digest", async () => {
    await write({ "a.yaml": JSON.stringify(pod()) });
    const { code, answer } = await run("render", folder);
    expect({ code, ...answer }).toMatchObject({ code: 0, objects: [{ kind: "Pod" }] });
    expect(answer.digest).toMatch(/^sha256:/);
    const text = await runCli(["render", folder]);
    expect(text.stdout).toContain("kind: Pod");
  });

  it("refuses what it cannot render, and faults without a folder", async () => {
    await write({ "a.yaml": "privileged: yes" });
    expect(await run("render", folder)).toMatchObject({
      code: 1,
      answer: { refusals: [{ code: "AMBIGUOUS_SCALAR" }] },
    });
    expect(await run("render", join(folder, "none"))).toMatchObject({
      code: 2,
      answer: { code: "FOLDER_NOT_FOUND" },
    });
    expect(await run("render", folder, "--root", join(folder, "b"))).toMatchObject({ code: 2 });
  });
});
