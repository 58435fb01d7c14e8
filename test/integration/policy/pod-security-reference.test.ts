import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { JsonObject, KubernetesObject } from "../../../src/render/index.ts";
import { COMPILED, change, openEngine } from "./scene.ts";

interface Case {
  readonly pod: { readonly metadata: JsonObject; readonly spec: JsonObject };
  /** What Kubernetes' own implementation has against it. */
  readonly against: readonly string[];
}

/** The rules that stand for each of its reasons; one of them at least has to speak. */
const RULES: ReadonlyMap<string, readonly string[]> = new Map([
  ["allowPrivilegeEscalation != false", ["privilege_escalation"]],
  ["forbidden AppArmor profile", ["apparmor"]],
  ["forbidden AppArmor profiles", ["apparmor"]],
  ["forbidden sysctls", ["sysctls"]],
  ["host namespaces", ["host_namespaces"]],
  ["hostPort", ["host_ports"]],
  ["hostProcess", ["host_process"]],
  ["privileged", ["privileged"]],
  ["probe or lifecycle host", ["host_probes"]],
  ["procMount", ["proc_mount"]],
  ["restricted volume types", ["volume_types", "host_path_volumes"]],
  ["runAsNonRoot != true", ["run_as_non_root"]],
  ["runAsUser=0", ["run_as_user"]],
  ["seLinuxOptions", ["selinux"]],
  ["seccompProfile", ["seccomp"]],
  ["unrestricted capabilities", ["capabilities"]],
]);

const scene = openEngine({ cache: COMPILED });
afterAll(() => scene.close());

/** fixtures/pod-security/make.ts makes the cases, and says how. */
async function readCases(): Promise<readonly Case[]> {
  const file = join(import.meta.dirname, "fixtures/pod-security/cases.json");
  return JSON.parse(await readFile(file, "utf8"));
}

/** Which Pod Security rules deny each Pod. */
async function judge(cases: readonly Case[]): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const objects = cases.map(
    ({ pod }, index): KubernetesObject => ({
      apiVersion: "v1",
      kind: "Pod",
      ...pod,
      metadata: { ...pod.metadata, name: `case-${index}` },
    }),
  );
  const { findings, faults } = await scene.engine.evaluate(
    [await scene.compileBaseline()],
    change(...objects),
  );
  expect(faults).toEqual([]);
  const known = new Set([...RULES.values()].flat());
  const relevant = findings
    .map((finding) => ({ object: finding.object ?? "", rule: finding.package.replace("sluice.object.", "") }))
    .filter(({ rule }) => known.has(rule));
  const byObject = Map.groupBy(relevant, ({ object }) => object);
  return new Map([...byObject].map(([object, all]) => [object, new Set(all.map(({ rule }) => rule))]));
}

describe("the baseline, beside Kubernetes' own implementation of Pod Security", () => {
  it("agrees on 400 Pods, for each of its reasons", async () => {
    const cases = await readCases();
    const denied = await judge(cases);
    expect(cases).toHaveLength(400);
    expect(cases.filter(({ against }) => against.length === 0)).toHaveLength(181);
    for (const [index, { pod, against }] of cases.entries()) {
      const rules = denied.get(`v1 Pod case-${index}`) ?? new Set();
      const expected = against.map((reason) => RULES.get(reason) ?? [reason]);
      const missed = expected.filter((names) => !names.some((name) => rules.has(name)));
      const invented = [...rules].filter((rule) => !expected.flat().includes(rule));
      expect({ pod, missed, invented }).toEqual({ pod, missed: [], invented: [] });
    }
  });

  it("every reason there is stands against one Pod at least", async () => {
    const reasons = new Set((await readCases()).flatMap(({ against }) => against));
    expect(reasons.size).toBeGreaterThanOrEqual(15);
    expect([...reasons].filter((reason) => !RULES.has(reason))).toEqual([]);
  });
});
