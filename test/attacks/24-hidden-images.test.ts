import { describe, expect, it } from "vitest";
import { signSimple } from "../../src/demo/cosign-signer.ts";
import { pushImage } from "../../src/demo/image.ts";
import type { JsonValue, KubernetesObject } from "../../src/render/index.ts";
import { codes, openScene, passedJson } from "../integration/artifacts/scene.ts";

type Place = (image: string) => { readonly [field: string]: JsonValue };

function object(kind: string, fields: ReturnType<Place>): KubernetesObject {
  return { apiVersion: "v1", kind, metadata: { name: "api" }, ...fields };
}

const containers = [{ name: "main", image: "" }].slice(1);

const PLACES: readonly [string, string, Place][] = [
  ["a container", "Pod", (image) => ({ spec: { containers: [{ image }] } })],
  ["an init container", "Pod", (image) => ({ spec: { containers, initContainers: [{ image }] } })],
  ["an ephemeral container", "Pod", (image) => ({ spec: { containers, ephemeralContainers: [{ image }] } })],
  [
    "an image volume",
    "Pod",
    (image) => ({ spec: { containers, volumes: [{ image: { reference: image } }] } }),
  ],
  [
    "a cron job's init container",
    "CronJob",
    (image) => ({ spec: { jobTemplate: { spec: { template: { spec: { initContainers: [{ image }] } } } } } }),
  ],
  ["a List in a List", "List", (image) => ({ items: [{ items: [{ spec: { containers: [{ image }] } }] }] })],
  [
    "a custom resource with a pod template",
    "Rollout",
    (image) => ({ spec: { template: { spec: { containers: [{ image }] } } } }),
  ],
  [
    "a custom resource with containers",
    "Thing",
    (image) => ({ deep: [{ down: { containers: [{ image }] } }] }),
  ],
];

describe("attack 24: an image where a checker does not look", () => {
  it.each(PLACES)("%s: refused unsigned, pinned when signed", async (_, kind, place) => {
    const { name, target, key, attest } = await openScene();
    const digest = await pushImage(target, "v1", "content");
    const objects = [object(kind, place(`${name}:v1`))];
    expect(codes(await attest(objects))).toEqual(["IMAGE_UNSIGNED"]);

    await signSimple(target, digest, key);
    expect(passedJson(await attest(objects))).toBe(
      JSON.stringify([object(kind, place(`${name}:v1@${digest}`))]),
    );
  });

  it.each<[string, Place, string]>([
    ["a field of a custom resource", (image) => ({ spec: { agentImage: image } }), "/spec/agentImage"],
    [
      "an annotation that a controller obeys",
      (image) => ({ metadata: { name: "api", annotations: { "sidecar.istio.io/proxyImage": image } } }),
      "/metadata/annotations/sidecar.istio.io~1proxyImage",
    ],
    [
      "an operator's environment",
      (image) => ({ env: [{ name: "RELATED_IMAGE_AGENT", value: image }] }),
      "/env/0/value",
    ],
  ])("%s is told to policy, with its place", async (_, place, path) => {
    const { attest } = await openScene();
    const { notices, refusals } = await attest([object("Thing", place("evil.example/agent:v1"))]);
    expect(refusals).toEqual([]);
    expect(notices).toEqual([{ object: "v1 Thing api", path, value: "evil.example/agent:v1" }]);
    expect((await attest([object("Thing", place(""))])).notices).toEqual([]);
  });
});
