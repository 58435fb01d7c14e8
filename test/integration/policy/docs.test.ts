import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { JsonObject, KubernetesObject } from "../../../src/render/index.ts";
import { change, deniedBy, openEngine } from "./scene.ts";

const scene = openEngine();
afterAll(() => scene.close());

const DOCUMENT = join(import.meta.dirname, "../../../docs/policies.md");

function deployment(spec: JsonObject): KubernetesObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "api", namespace: "payments" },
    spec,
  };
}

describe("docs/policies.md", () => {
  it("its example compiles, and does what it says", async () => {
    const [, example = ""] = /```rego\n([\s\S]*?)```/.exec(await readFile(DOCUMENT, "utf8")) ?? [];
    const bundle = await scene.compile({ "replicas.rego": example }, { replicas: 3 });
    const judge = async (spec: JsonObject) =>
      deniedBy(await scene.engine.evaluate([bundle], change(deployment(spec))));
    expect(await judge({ replicas: 3 })).toEqual([]);
    expect(await judge({ replicas: 4 })).toEqual(["sluice.object.replicas"]);
    expect(await judge({})).toEqual(["sluice.object.replicas"]);

    const unbounded = await scene.compile({ "replicas.rego": example });
    const report = await scene.engine.evaluate([unbounded], change(deployment({ replicas: 1 })));
    expect(deniedBy(report)).toEqual(["sluice.object.replicas"]);
  });

  it("lists every rule of the baseline, with its title and severity", async () => {
    const { metadata } = await scene.compileBaseline();
    const document = await readFile(DOCUMENT, "utf8");
    const rows = Object.entries(metadata).map(([entrypoint, { title, severity }]) => {
      const [, , name, rule] = entrypoint.split("/");
      return `| \`${name}\` | ${title} | ${rule} | ${severity} |`;
    });
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter((row) => !document.includes(row))).toEqual([]);
  });
});
