import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadResources } from "../../../src/api/index.ts";
import { compileArtifactRules } from "../../../src/artifacts/index.ts";
import { selectGates } from "../../../src/gate/index.ts";
import { compileTrust } from "../../../src/trust/index.ts";

const ROOT = join(import.meta.dirname, "../../..");

test("the example gate, and everything that it names, can be used as it is", async () => {
  const [config] = selectGates(await loadResources([join(ROOT, "manifests/examples")]), []);
  expect(config?.gate).toEqual({ namespace: "payments", name: "payments" });
  expect(config?.bundles.map(({ source }) => source)).toEqual([{ folder: join(ROOT, "policies/baseline") }]);
  const trust = config && (await compileTrust(config.trust));
  expect(trust?.grants.size).toBe(1);
  expect(compileArtifactRules(config?.trust.artifacts ?? [])).toHaveLength(1);
});

test("the gate in the README has the fields of the example", async () => {
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const example = await readFile(join(ROOT, "manifests/examples/gate.yaml"), "utf8");
  const shown = /```yaml\n([^`]+)```/.exec(readme)?.[1] ?? "";
  const words = (text: string) =>
    new Set([...text.replace(/#.*$/gm, "").matchAll(/[\w./:-]+(?=:)/g)].map(String));
  expect(words(shown)).toEqual(words(example));
});
