import { describe, expect, it } from "vitest";
import type { JsonValue, KubernetesObject } from "../render/index.ts";
import { findImages } from "./find-images.ts";
import { toPointer } from "./json-path.ts";

type Fields = { readonly [field: string]: JsonValue };

function object(apiVersion: string, kind: string, fields: Fields): KubernetesObject {
  return { apiVersion, kind, metadata: { name: "x" }, ...fields };
}

function find(apiVersion: string, kind: string, fields: Fields) {
  const { uses, notices, refusals } = findImages([object(apiVersion, kind, fields)]);
  return {
    images: uses.map(({ image, path }) => [image, toPointer(path)]),
    notices: notices.map(({ path, value }) => [path, value]),
    codes: refusals.map(({ code }) => code),
  };
}

const podSpec = {
  initContainers: [{ name: "i", image: "init" }],
  containers: [
    { name: "c", image: "main" },
    { name: "d", image: "side" },
  ],
  ephemeralContainers: [{ name: "e", image: "debug" }],
  volumes: [
    { name: "v", image: { reference: "data" } },
    { name: "w", emptyDir: {} },
  ],
};

describe("the images of a workload", () => {
  it.each<[string, string, string, Fields]>([
    ["v1", "Pod", "/spec", { spec: podSpec }],
    ["v1", "PodTemplate", "/template/spec", { template: { spec: podSpec } }],
    ["v1", "ReplicationController", "/spec/template/spec", { spec: { template: { spec: podSpec } } }],
    ["apps/v1", "Deployment", "/spec/template/spec", { spec: { template: { spec: podSpec } } }],
    ["apps/v1", "StatefulSet", "/spec/template/spec", { spec: { template: { spec: podSpec } } }],
    ["apps/v1", "DaemonSet", "/spec/template/spec", { spec: { template: { spec: podSpec } } }],
    ["apps/v1", "ReplicaSet", "/spec/template/spec", { spec: { template: { spec: podSpec } } }],
    ["batch/v1", "Job", "/spec/template/spec", { spec: { template: { spec: podSpec } } }],
    [
      "batch/v1",
      "CronJob",
      "/spec/jobTemplate/spec/template/spec",
      { spec: { jobTemplate: { spec: { template: { spec: podSpec } } } } },
    ],
    ["v1", "List", "/items/0/spec", { items: [{ ...object("v1", "Pod", { spec: podSpec }) }] }],
    ["argoproj.io/v1alpha1", "Rollout", "/spec/template/spec", { spec: { template: { spec: podSpec } } }],
    ["some.example/v1", "Unheard", "/spec/tasks/3/run", { spec: { tasks: [1, 2, 3, { run: podSpec }] } }],
  ])("%s %s", (apiVersion, kind, base, fields) => {
    const { images, notices, codes } = find(apiVersion, kind, fields);
    expect(new Map(images.map(([image, path]) => [path, image]))).toEqual(
      new Map([
        [`${base}/initContainers/0/image`, "init"],
        [`${base}/containers/0/image`, "main"],
        [`${base}/containers/1/image`, "side"],
        [`${base}/ephemeralContainers/0/image`, "debug"],
        [`${base}/volumes/0/image/reference`, "data"],
      ]),
    );
    expect(notices).toEqual([]);
    expect(codes).toEqual([]);
  });

  it.each<[string, JsonValue]>([
    ["a container without an image", { containers: [{ name: "c" }] }],
    ["an init container without an image", { initContainers: [{ name: "c" }], containers: [] }],
    ["an image that is a number", { containers: [{ image: 1 }] }],
    ["an image that is null", { containers: [{ image: null }] }],
    ["a container that is text", { containers: ["nginx"] }],
    [
      "an image volume without a reference",
      { containers: [], volumes: [{ image: { pullPolicy: "Always" } }] },
    ],
    ["an image volume that is text", { containers: [], volumes: [{ image: "nginx" }] }],
  ])("refuses %s", (_, spec) => {
    expect(find("v1", "Pod", { spec }).codes).toEqual(["IMAGE_MISSING"]);
  });

  it("leaves the same to policy in a resource that may mean something else by it", () => {
    const spec = { containers: [{ name: "patch" }, { image: { repository: "a", tag: "b" } }] };
    expect(find("monitoring.example/v1", "Thing", { spec })).toEqual({
      images: [],
      notices: [["/spec/containers/1/image", '{"repository":"a","tag":"b"}']],
      codes: [],
    });
  });

  it("names the object and its place among the objects", () => {
    const objects = [
      object("v1", "ConfigMap", {}),
      object("v1", "Pod", { spec: { containers: [{ image: "a" }] } }),
    ];
    expect(findImages(objects).uses).toEqual([
      { image: "a", index: 1, object: "v1 Pod x", path: ["spec", "containers", "0", "image"] },
    ]);
  });
});

describe("what is named like an image is reported", () => {
  it.each<[string, Fields, [string, string]]>([
    ["an image", { spec: { image: "a" } }, ["/spec/image", "a"]],
    ["another image", { spec: { sidecarImage: "a" } }, ["/spec/sidecarImage", "a"]],
    ["a reference", { spec: { imageRef: "a" } }, ["/spec/imageRef", "a"]],
    ["a name in lower case", { spec: { baseimage: "a" } }, ["/spec/baseimage", "a"]],
    ["a list", { spec: { images: ["a", "b"] } }, ["/spec/images", '["a","b"]']],
    [
      "an image in parts",
      { image: { repository: "a", tag: "b" } },
      ["/image", '{"repository":"a","tag":"b"}'],
    ],
    [
      "a default of a schema",
      { image: { type: "string", default: "a" } },
      ["/image", '{"type":"string","default":"a"}'],
    ],
    ["an environment variable", { env: [{ name: "RELATED_IMAGE_X", value: "a" }] }, ["/env/0/value", "a"]],
    ["a key of a config map", { data: { "proxy.image": "a" } }, ["/data/proxy.image", "a"]],
  ])("%s", (_, fields, notice) => {
    expect(find("some.example/v1", "Thing", fields).notices).toEqual([notice]);
  });

  it("in an annotation too", () => {
    const annotations = { "sidecar.istio.io/proxyImage": "evil.example/proxy" };
    const { notices } = findImages([{ apiVersion: "v1", kind: "Pod", metadata: { name: "x", annotations } }]);
    expect(notices).toEqual([
      {
        object: "v1 Pod x",
        path: "/metadata/annotations/sidecar.istio.io~1proxyImage",
        value: "evil.example/proxy",
      },
    ]);
  });

  it.each<[string, Fields]>([
    [
      "pull policies and secrets",
      { imagePullPolicy: "Always", imagePullSecrets: [{ name: "a" }], imagePullSecret: "b" },
    ],
    ["a schema that describes one", { properties: { image: { type: "string", description: "an image" } } }],
    ["an empty one", { image: "" }],
    ["something else", { imagine: 1, pilgrimage: 2, spec: { name: "image" } }],
  ])("but not %s", (_, fields) => {
    expect(find("some.example/v1", "Thing", fields).notices).toEqual([]);
  });

  it("with a value that is cut off, and none of a Secret", () => {
    const [[, value = ""] = []] = find("some.example/v1", "Thing", { image: "x".repeat(1_000) }).notices;
    expect(value).toHaveLength(256);
    const secret = { data: { image: "c2VjcmV0" } };
    expect(find("v1", "Secret", secret).notices).toEqual([["/data/image", ""]]);
  });
});
