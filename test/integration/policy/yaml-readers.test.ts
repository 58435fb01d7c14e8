import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type JsonValue, parseYaml, toYaml } from "../../../src/render/index.ts";
import { openCell, tree, unwrap } from "../../cell/tree.ts";
import { describeWithTools } from "../../support/tools.ts";

/**
 * Readers of YAML that Kubernetes' own tools use: opa reads its input with sigs.k8s.io/yaml, as kubectl and the
 * API server do, and the cell's kustomize reads with kyaml. What we accept they have to read alike, and what we
 * write they have to read as it was meant.
 */

const SCALARS = [
  ..."true false yes no on off y n null ~ True NO Off nil".split(" "),
  ..."0 -0 +1 12 0644 0o644 0899 08 0x1F 0X1F -0x1 0b1 0b12 0o8 1_000 1__0 _1 1e3 1E-3 .5 1. -.5 .inf -.INF .nan".split(
    " ",
  ),
  ..."9007199254740991 9007199254740992 1e400 1:30 2026-01-01 2026-01-01T00:00:00Z 1.2.3 v1 = << <".split(
    " ",
  ),
];

/** Text made of the characters that make scalars ambiguous. */
const numeric = fc.string({ unit: fc.constantFrom(..."0178_.-+eExXoObBnf:aA"), minLength: 1, maxLength: 8 });
const plain = fc.oneof(fc.constantFrom(...SCALARS), numeric);

/** Values that take care to write down. */
const text = fc.oneof(
  plain,
  fc.string({ unit: "binary", maxLength: 12 }).map((each) => each.replaceAll("\0", "")),
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
    "'",
    '"',
  ),
);

function ours(yaml: string): JsonValue | undefined {
  const parsed = parseYaml(new TextEncoder().encode(yaml), "f.yaml");
  return parsed.ok ? parsed.value[0]?.value : undefined;
}

describeWithTools(["opa"], "YAML as kubectl reads it", ({ opa }) => {
  function theirs(yaml: string): JsonValue {
    const args = ["eval", "--stdin-input", "--format", "raw", "input"];
    return JSON.parse(execFileSync(opa, args, { input: yaml, encoding: "utf8" }));
  }

  it("what we accept without quotes is what kubectl makes of it", () => {
    const samples = [...SCALARS, ...fc.sample(numeric, { numRuns: 3_000, seed: 7 })];
    const accepted = samples.filter((sample) => ours(`a: ${sample}`) !== undefined);
    const yaml = accepted.map((sample) => `- ${sample}\n`).join("");
    expect(accepted.length).toBeGreaterThan(1_000);
    expect(ours(yaml)).toEqual(theirs(yaml));
  });

  it("what we write is what kubectl reads", () => {
    const samples = fc.sample(text, { numRuns: 3_000, seed: 7 });
    expect(theirs(toYaml(samples))).toEqual(samples);
    const keyed = Object.fromEntries(samples.map((sample, index) => [`${sample}\u2028${index}`, index]));
    expect(theirs(toYaml(keyed))).toEqual(keyed);
  });
});

describe("YAML as kustomize reads it", () => {
  const cell = openCell();
  beforeAll(() => build("a: b"));
  afterAll(() => cell.close());

  async function build(fields: string): Promise<JsonValue | undefined> {
    const object = `apiVersion: example.com/v1\nkind: Sample\nmetadata: {name: a}\n${fields}`;
    const files = tree({ "kustomization.yaml": "resources: [a.yaml]", "a.yaml": object });
    const [built] = unwrap(await cell.buildKustomization({ files, dir: "." }));
    return built as JsonValue | undefined;
  }

  it("what we write is what kustomize reads", async () => {
    const values = fc.sample(text, { numRuns: 2_000, seed: 11 });
    expect(await build(toYaml({ values }))).toMatchObject({ values });
  });

  it("text that some take for a boolean stays what kustomize said it is", async () => {
    const built = await build("values: [yes, 0644, 'no']");
    expect(built).toMatchObject({ values: ["yes", 420, "no"] });
    expect(toYaml(["yes"])).toBe('- "yes"\n');
  });
});
