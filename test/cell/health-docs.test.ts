import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
  checkHealthRules,
  computeHealth,
  type HealthRule,
  type Observed,
} from "../../src/apply/health/index.ts";
import { openCell } from "./tree.ts";

const cell = openCell();
afterAll(() => cell.close());

const FENCED = /^```yaml\n(.*?)^```$/gms;

interface Example {
  readonly rules: readonly HealthRule[];
  readonly objects: readonly { readonly expected: string; readonly object: Observed }[];
}

/** The rules of each block, with the objects of the block that follows. */
async function readExamples(): Promise<Example[]> {
  const text = await readFile(join(import.meta.dirname, "../../docs/health.md"), "utf8");
  const blocks = [...text.matchAll(FENCED)].map(([, block = ""]) => block);
  return blocks.flatMap((block, i) => {
    if (!block.startsWith("healthChecks:")) return [];
    const objects = (blocks[i + 1] ?? "").split("---\n").map((document) => ({
      expected: /^# (\w+)\n/.exec(document)?.[1] ?? "no status",
      object: parse(document) as Observed,
    }));
    return [{ rules: parse(block).healthChecks as HealthRule[], objects }];
  });
}

const examples = await readExamples();

test("docs/health.md has examples", () => {
  expect(examples.map(({ rules, objects }) => [rules.length, objects.length])).toEqual([
    [2, 7],
    [1, 4],
  ]);
});

describe.each(examples)("an example of docs/health.md", ({ rules, objects }) => {
  test("compiles", async () => {
    expect(await checkHealthRules(rules, cell)).toMatchObject({ ok: true });
  });

  test("says of each object what the line above it says", async () => {
    const health = await computeHealth(
      objects.map(({ object }) => object),
      rules,
      cell,
    );
    expect(health.map(({ status }) => status)).toEqual(objects.map(({ expected }) => expected));
  });
});

test.each([
  ["CEL_COMPILE", "healthChecks[0].current:1:1", "statuss.phase == 'Bound'"],
  ["CEL_TYPE", "healthChecks[0].current", "'yes'"],
])("%s: what the guide says is refused is", async (code, subject, current) => {
  const rule = { apiVersion: "example.com/v1", kind: "Database", current };
  expect(await checkHealthRules([rule], cell)).toMatchObject({ ok: false, refusals: [{ code, subject }] });
});

test("attack 30: a message never quotes a Secret", async () => {
  const canary = "s3cret-canary";
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s" },
    data: { n: canary, empty: "" },
  };
  const ask = async (current: string) => {
    const [health] = await computeHealth([secret], [{ apiVersion: "v1", kind: "Secret", current }], cell);
    expect(health?.message).not.toContain(canary);
    return health?.status;
  };
  expect(await ask("int(data.n) > 0")).toBe("Unknown");
  expect(await ask("data.n != '' && data.empty == ''")).toBe("Current");
  expect(await ask("data.empty != ''")).toBe("InProgress");
});
