import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { PolicyFinding } from "../../../src/policy/index.ts";
import type { KubernetesObject } from "../../../src/render/index.ts";
import { describeWithTools } from "../../support/tools.ts";
import { BASELINE, COMPILED, change, configMap, container, openEngine, PARAMETERS, pod } from "./scene.ts";

/** One of each kind that the rules know, good and bad. */
const OBJECTS: readonly KubernetesObject[] = [
  configMap("settings"),
  pod(),
  pod({ hostNetwork: true, volumes: [{ name: "v", hostPath: { path: "/" } }, { name: "w" }] }, "host"),
  pod({ containers: [{ name: "bare", image: "nginx" }], initContainers: [{}] }, "bare"),
  pod(
    { containers: [container({ ports: [{ hostPort: 1 }], securityContext: { privileged: true } })] },
    "privileged",
  ),
  pod(
    { securityContext: { sysctls: [{ name: "kernel.msgmax" }], seLinuxOptions: { user: "u" } } },
    "context",
  ),
  {
    apiVersion: "example.com/v1",
    kind: "Rollout",
    metadata: { name: "custom", annotations: { "a/b": "c" } },
    spec: { deep: [{ containers: [container({ image: "evil.example/a:1" })] }] },
  },
  { apiVersion: "v1", kind: "Secret", metadata: { name: "token" }, stringData: { a: "b" } },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "all" },
    rules: [{ apiGroups: ["*"], resources: ["*/scale"], verbs: ["*", "escalate"] }],
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "all" },
    roleRef: { kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "Group", name: "system:masters" }],
  },
];

/** Every reason of every rule, in opa's own evaluator. */
const QUERY = `{result |
  some rule in {"deny", "warn"}
  some name
  some reason in data.sluice.object[name][rule]
  result := [name, rule, reason.msg, object.get(reason, "path", "")]
}`;

describeWithTools(["opa"], "the compiled baseline, beside opa eval", ({ opa }) => {
  const scene = openEngine({ cache: COMPILED });
  afterAll(() => scene.close());

  it.each(OBJECTS)("says the same of $kind $metadata.name", async (object) => {
    const folder = await mkdtemp(join(tmpdir(), "sluice-opa-"));
    try {
      const { objects, ...evidence } = change(object);
      const file = join(folder, "input.json");
      await writeFile(file, JSON.stringify({ ...evidence, parameters: PARAMETERS, object: objects[0] }));
      const args = ["eval", "--data", BASELINE, "--input", file, "--format", "raw", QUERY];
      const theirs: unknown = JSON.parse(execFileSync(opa, args, { encoding: "utf8" }));

      const report = await scene.engine.evaluate([await scene.compileBaseline()], change(object));
      expect(report.faults).toEqual([]);
      expect(sorted(report.findings.map(toRow))).toEqual(sorted(theirs));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("compares something", async () => {
    const { findings } = await scene.engine.evaluate([await scene.compileBaseline()], change(...OBJECTS));
    expect(new Set(findings.map((finding) => finding.package)).size).toBeGreaterThan(15);
  });
});

function toRow({ package: name, rule, message, path = "" }: PolicyFinding): string[] {
  return [name.replace("sluice.object.", ""), rule, message, path];
}

function sorted(rows: unknown): string[] {
  return (Array.isArray(rows) ? rows : [])
    .map((row: unknown) => JSON.stringify(row))
    .sort((a, b) => (a < b ? -1 : 1));
}
