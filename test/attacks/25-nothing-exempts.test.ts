import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { JsonObject, KubernetesObject } from "../../src/render/index.ts";
import { COMPILED, change, container, deniedBy, openEngine, pod } from "../integration/policy/scene.ts";

const scene = openEngine({ cache: COMPILED });
const baseline = scene.compileBaseline();
afterAll(() => scene.close());

async function evaluate(...objects: KubernetesObject[]) {
  return deniedBy(await scene.engine.evaluate([await baseline], change(...objects)));
}

/** What other tools take for a pass, and what somebody could hope that this one does. */
const CLAIMS: readonly [key: string, value: string][] = [
  ["sluice.dev/verified", "true"],
  ["sluice.dev/skip", "true"],
  ["sluice.dev/exempt", "baseline"],
  ["policy.sluice.dev/ignore", "*"],
  ["kyverno.io/verify-images", '{"evil.example/a":"pass"}'],
  ["policies.kyverno.io/scored", "false"],
  ["pod-security.kubernetes.io/enforce", "privileged"],
  ["admission.gatekeeper.sh/ignore", "no-self-managing"],
  ["app.kubernetes.io/managed-by", "Helm"],
  ["owner", "kube-system"],
];

const bad = () => pod({ containers: [container({ image: "evil.example/a:1" })], hostNetwork: true });
const AGAINST_BAD = ["host_namespaces", "image_digest", "image_registry"].map(
  (name) => `sluice.object.${name}`,
);

/** The object with metadata that claims, and with the same claims in other places. */
function claiming(object: KubernetesObject, claims: JsonObject): KubernetesObject {
  const metadata = { ...object.metadata, labels: claims, annotations: claims };
  return {
    ...object,
    metadata,
    status: { ...claims },
    spec: { ...(object.spec as JsonObject), nodeSelector: claims },
  };
}

describe("attack 25: metadata that claims to be exempt", () => {
  it("claims nothing: a good Pod passes and a bad one does not", async () => {
    expect(await evaluate(pod())).toEqual([]);
    expect(await evaluate(bad())).toEqual(AGAINST_BAD);
  });

  it.each(CLAIMS)("%s: %s", async (key, value) => {
    expect(await evaluate(claiming(bad(), { [key]: value }))).toEqual(AGAINST_BAD);
    expect(await evaluate(claiming(pod(), { [key]: value }))).toEqual([]);
  });

  it("any labels and annotations whatever", async () => {
    const claims = fc.dictionary(
      fc.string(),
      fc.oneof(fc.string(), fc.constantFrom("true", "*", "baseline")),
    );
    await fc.assert(
      fc.asyncProperty(claims, async (pairs) => {
        expect(await evaluate(claiming(bad(), pairs))).toEqual(AGAINST_BAD);
      }),
      { numRuns: 50 },
    );
  });

  it("names and namespaces that are spared elsewhere", async () => {
    for (const [namespace, name] of [
      ["kube-system", "kube-proxy"],
      ["sluice-system", "sluice"],
      ["default", "istio-init"],
    ]) {
      const object = { ...bad(), metadata: { name: name ?? "", namespace: namespace ?? "" } };
      expect(await evaluate(object)).toEqual(AGAINST_BAD);
    }
  });

  it("fields for which Kubernetes relaxes its own standard", async () => {
    const container_ = container({ securityContext: {} });
    const denied = await evaluate(pod({ containers: [container_] }));
    for (const fields of [{ os: { name: "windows" } }, { hostUsers: false }]) {
      expect(await evaluate(pod({ containers: [container_], ...fields }))).toEqual(denied);
    }
    expect(denied).toEqual(["sluice.object.capabilities", "sluice.object.privilege_escalation"]);
  });

  it("a bad object among many good ones", async () => {
    const many = Array.from({ length: 50 }, (_, index) => pod({}, `good-${index}`));
    expect(await evaluate(...many)).toEqual([]);
    expect(await evaluate(...many.slice(0, 25), bad(), ...many.slice(25))).toEqual(AGAINST_BAD);
  });
});
