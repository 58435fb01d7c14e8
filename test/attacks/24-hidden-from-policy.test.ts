import { afterAll, describe, expect, it } from "vitest";
import type { JsonObject, KubernetesObject } from "../../src/render/index.ts";
import { COMPILED, change, container, deniedBy, openEngine, pod } from "../integration/policy/scene.ts";

const scene = openEngine({ cache: COMPILED });
const baseline = scene.compileBaseline();
afterAll(() => scene.close());

async function evaluate(object: KubernetesObject, notices: readonly { path: string; value: string }[] = []) {
  const imageNotices = notices.map((notice) => ({ object: "example.com/v1 Mesh payments/mesh", ...notice }));
  return scene.engine.evaluate([await baseline], { ...change(object), imageNotices });
}

const GOOD = container();
const EVIL = container({ image: "evil.example/miner:1", securityContext: { privileged: true } });
const AGAINST_EVIL = ["capabilities", "image_digest", "image_registry", "privilege_escalation", "privileged"];

function workload(apiVersion: string, kind: string, fields: JsonObject): KubernetesObject {
  return { apiVersion, kind, metadata: { name: "a", namespace: "payments" }, ...fields };
}

function podSpec(containers: JsonObject): JsonObject {
  return { ...(pod().spec as JsonObject), ...containers };
}

/** Of these, privileges are denied in any place as well. */
const CUSTOM_KINDS: ReadonlySet<string> = new Set(["a custom resource, at any depth", "an old API group"]);

const PLACES: readonly [string, (hidden: JsonObject) => KubernetesObject][] = [
  ["a container", (hidden) => pod({ containers: [GOOD, hidden] })],
  ["an init container", (hidden) => pod({ initContainers: [hidden] })],
  ["an ephemeral container", (hidden) => pod({ ephemeralContainers: [hidden] })],
  [
    "a Deployment",
    (hidden) =>
      workload("apps/v1", "Deployment", {
        spec: { template: { spec: podSpec({ initContainers: [hidden] }) } },
      }),
  ],
  [
    "a CronJob",
    (hidden) =>
      workload("batch/v1", "CronJob", {
        spec: { jobTemplate: { spec: { template: { spec: podSpec({ containers: [hidden] }) } } } },
      }),
  ],
  [
    "a PodTemplate",
    (hidden) => workload("v1", "PodTemplate", { template: { spec: podSpec({ containers: [hidden] }) } }),
  ],
  [
    "a custom resource, at any depth",
    (hidden) =>
      workload("example.com/v1", "Rollout", {
        spec: { steps: [{ run: podSpec({ containers: [hidden] }) }] },
      }),
  ],
  [
    "an old API group",
    (hidden) =>
      workload("extensions/v1beta1", "Deployment", {
        spec: { template: { spec: podSpec({ containers: [hidden] }) } },
      }),
  ],
];

describe("attack 24: a container where a policy does not look", () => {
  it.each(PLACES)("%s", async (name, place) => {
    expect(deniedBy(await evaluate(place(GOOD)))).toEqual([]);
    const besides = CUSTOM_KINDS.has(name) ? ["privileges_elsewhere"] : [];
    expect(deniedBy(await evaluate(place(EVIL)))).toEqual(
      [...AGAINST_EVIL, ...besides].map((rule) => `sluice.object.${rule}`),
    );
  });

  it("an image volume", async () => {
    const volume = (reference: string) => pod({ volumes: [{ name: "v", image: { reference } }] });
    expect(deniedBy(await evaluate(volume(String(GOOD.image))))).toEqual([]);
    expect(deniedBy(await evaluate(volume("evil.example/files:1")))).toEqual([
      "sluice.object.image_digest",
      "sluice.object.image_registry",
    ]);
  });

  it("a field named like an image, which nobody knows to be one, is told to policy", async () => {
    const mesh = workload("example.com/v1", "Mesh", { spec: { sidecarImage: "evil.example/a" } });
    const warnings = async (notices: readonly { path: string; value: string }[]) =>
      (await evaluate(mesh, notices)).findings.map((finding) => [
        finding.rule,
        finding.package,
        finding.path,
      ]);
    expect(await warnings([])).toEqual([]);
    expect(await warnings([{ path: "/spec/sidecarImage", value: "evil.example/a" }])).toEqual([
      ["warn", "sluice.change.image_unverified", "/spec/sidecarImage"],
    ]);
  });
});
