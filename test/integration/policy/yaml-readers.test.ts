import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type JsonValue, parseYaml, toYaml } from "../../../src/render/index.ts";
import { openCell, tree, unwrap } from "../../cell/tree.ts";
import { describeWithTools } from "../../support/tools.ts";

/**
 * What we accept, Kubernetes' own readers have to read alike; what we write, they have to read as it was meant.
 * kubectl and the API server read YAML 1.1 in part (sigs.k8s.io/yaml), kustomize and opa less of it (yaml.v3).
 */

function ours(yaml: string): JsonValue | undefined {
  const parsed = parseYaml(new TextEncoder().encode(yaml), "f.yaml");
  return parsed.ok ? parsed.value[0]?.value : undefined;
}

/** Text that takes care to write down. */
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."0178_.-+eExXoObBnf:aA"), maxLength: 8 }),
  fc.string({ unit: "binary", maxLength: 12 }).map((each) => each.replaceAll("\0", "")),
  fc.constantFrom(..."yes no on y null ~ 0644 - [ # % ! & * ? | > @ ` ' \"".split(" ")),
  fc.constantFrom(
    "\u2028a: b",
    "\u0085",
    "a\r",
    "a\n\nb\n",
    " a ",
    "- a",
    "a: b",
    "# c",
    "%a",
    "\ufeff",
    "\t",
    "",
  ),
);

describe("YAML as kubectl reads it", async () => {
  // fixtures/yaml-scalars/make.ts makes the cases, and says how.
  const file = join(import.meta.dirname, "fixtures/yaml-scalars/cases.json");
  const cases: readonly [scalar: string, read: JsonValue][] = JSON.parse(await readFile(file, "utf8"));
  const accepted = cases.filter(([scalar]) => ours(`- ${scalar}`) !== undefined);

  it("is what we make of all that we accept without quotes", () => {
    expect(cases.length).toBeGreaterThan(1_500);
    expect(accepted.length).toBeGreaterThan(1_200);
    expect(accepted.map(([scalar]) => [scalar, ours(`- ${scalar}`)])).toEqual(
      accepted.map(([scalar, read]) => [scalar, [read]]),
    );
  });

  it("decides which text has to be in quotes", () => {
    const misread = cases.filter(([scalar, read]) => scalar !== read).map(([scalar]) => scalar);
    expect(misread).toEqual(expect.arrayContaining(["yes", "off", "y", "0644", "0X1F", "1_000"]));
    expect(misread.map((scalar) => toYaml([scalar]))).toEqual(
      misread.map((scalar) => `- ${JSON.stringify(scalar)}\n`),
    );
  });
});

describeWithTools(["opa"], "YAML as opa reads it", ({ opa }) => {
  function theirs(yaml: string): JsonValue {
    const args = ["eval", "--stdin-input", "--format", "raw", "input"];
    return JSON.parse(execFileSync(opa, args, { input: yaml, encoding: "utf8" }));
  }

  it("is what we meant when we wrote it, as values and as keys", () => {
    const samples = fc.sample(text, { numRuns: 3_000, seed: 7 });
    expect(theirs(toYaml(samples))).toEqual(samples);
    const keyed = Object.fromEntries(samples.map((sample, index) => [`${sample}\u2028${index}`, index]));
    expect(theirs(toYaml(keyed))).toEqual(keyed);
  });
});

describe("YAML as kustomize reads it", () => {
  const cell = openCell();
  afterAll(() => cell.close());

  async function build(fields: string): Promise<unknown> {
    const object = `apiVersion: example.com/v1\nkind: Sample\nmetadata: {name: a}\n${fields}`;
    const files = tree({ "kustomization.yaml": "resources: [a.yaml]", "a.yaml": object });
    const [built] = unwrap(await cell.buildKustomization({ files, dir: "." }));
    return built;
  }

  it("is what we meant when we wrote it", async () => {
    const values = fc.sample(text, { numRuns: 2_000, seed: 11 });
    expect(await build(toYaml({ values }))).toMatchObject({ values });
  });

  it("may be text where it is a boolean to kubectl: we write what kustomize said", async () => {
    expect(await build("values: [yes, 0644, 'no']")).toMatchObject({ values: ["yes", 420, "no"] });
    expect(toYaml(["yes"])).toBe('- "yes"\n');
  });
});
