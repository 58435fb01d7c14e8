import { describe, expect, it } from "vitest";
import { MEDIA_TYPE, parseManifest } from "./manifest.ts";

const descriptor = { mediaType: "application/x", digest: `sha256:${"0".repeat(64)}`, size: 1 };
const image = {
  schemaVersion: 2,
  mediaType: MEDIA_TYPE.ociManifest,
  config: descriptor,
  layers: [descriptor],
};
const index = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests: [descriptor] };

function kindOf(value: unknown): string | undefined {
  return parseManifest(Buffer.from(JSON.stringify(value)))?.kind;
}

describe("a manifest", () => {
  it.each<[string, unknown, string]>([
    ["an OCI image", image, "image"],
    ["a Docker image", { ...image, mediaType: MEDIA_TYPE.dockerManifest }, "image"],
    ["an image without a media type", { ...image, mediaType: undefined }, "image"],
    ["an OCI index", index, "index"],
    ["a Docker list", { ...index, mediaType: MEDIA_TYPE.dockerList }, "index"],
    ["an index without a media type", { ...index, mediaType: undefined }, "index"],
    ["an index of nothing", { ...index, manifests: null }, "index"],
    ["an image with fields of its own", { ...image, annotations: { a: "b" }, other: 1 }, "image"],
    ["an image with a field that only looks alike", { ...image, "manife\u0282ts": 1 }, "image"],
  ])("%s", (_, value, kind) => {
    expect(kindOf(value)).toBe(kind);
  });

  it.each<[string, unknown]>([
    ["an image and an index at once", { ...image, manifests: [descriptor] }],
    ["both, without a media type", { ...image, ...index, mediaType: undefined }],
    ["an image that calls itself an index", { ...image, mediaType: MEDIA_TYPE.ociIndex }],
    ["an index that calls itself an image", { ...index, mediaType: MEDIA_TYPE.ociManifest }],
    ["schema 1", { ...image, schemaVersion: 1 }],
    ["another media type", { ...image, mediaType: "application/json" }],
    ["no config", { ...image, config: undefined }],
    ["a layer of a negative size", { ...image, layers: [{ ...descriptor, size: -1 }] }],
    ["a layer of a size that is not whole", { ...image, layers: [{ ...descriptor, size: 0.5 }] }],
    ["layers that are not a list", { ...image, layers: {} }],
    ["an annotation that is not text", { ...image, layers: [{ ...descriptor, annotations: { a: 1 } }] }],
    ["an image with an index in disguise", { ...image, Manifests: [descriptor] }],
    ["an image with its layers twice", { ...image, LAYERS: [] }],
    ["an image with a long s in disguise", { ...image, manife\u017fts: [descriptor] }],
    ["an image with all its s in disguise", { ...image, "layer\u017f": [], "LAYER\u017f": [] }],
    ["an index with a config", { ...index, config: descriptor }],
    ["an artifact type that is not text", { ...image, artifactType: 1 }],
    ["a subject that is no descriptor", { ...image, subject: {} }],
    ["a size beyond what is exact", { ...image, config: { ...descriptor, size: 2 ** 53 } }],
    ["null", null],
    ["a list", [image]],
  ])("is not %s", (_, value) => {
    expect(kindOf(value)).toBeUndefined();
  });

  it.each([
    ["not JSON", Buffer.from("{")],
    ["not UTF-8", Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')])],
    ["a million wrong things", Buffer.from(`{"schemaVersion":2,"manifests":[${"1,".repeat(1_000_000)}1]}`)],
    ["nested beyond reason", Buffer.from("[".repeat(1_000_000))],
    ["empty", Buffer.alloc(0)],
  ])("is not what is %s", (_, bytes) => {
    expect(parseManifest(bytes)).toBeUndefined();
  });
});
