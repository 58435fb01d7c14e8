import { describe, expect, it } from "vitest";
import { compileArtifactRules } from "../../../src/artifacts/index.ts";
import { signBundle, signSimple } from "../../../src/demo/cosign-signer.ts";
import { pushImage } from "../../../src/demo/image.ts";
import { pushBlob, pushManifest } from "../../../src/demo/registry-push.ts";
import { MEDIA_TYPE } from "../../../src/oci/index.ts";
import { manifestsOf } from "../../../src/render/index.ts";
import { codes, NOW, openScene, pod, rule } from "./scene.ts";

describe.each([
  ["with the referrers API", true],
  ["with the fallback tag", false],
])("a signed image, %s", (_, referrers) => {
  it.each([
    ["simplesigning", signSimple],
    ["bundle", signBundle],
  ] as const)("passes as %s, pinned, with the evidence", async (layout, sign) => {
    const { host, name, target, key, attest } = await openScene({ referrers });
    const digest = await pushImage(target, "v1", "content");
    await sign(target, digest, key);
    const verdict = await attest([pod(`${name}:v1`)]);
    expect(verdict).toMatchObject({ refusals: [], notices: [], resolvedAt: NOW });
    expect(verdict.verified).toEqual(manifestsOf([pod(`${name}:v1@${digest}`)]));
    expect(verdict.images).toEqual([
      {
        image: `${name}:v1`,
        uses: [{ object: "v1 Pod api", path: "/spec/containers/0/image" }],
        reference: `${name}:v1@${digest}`,
        digest,
        signatures: [
          {
            key: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
            origin: "key-0.pub",
            layout,
            manifest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
            blob: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
            identity: layout === "bundle" ? null : `${host}/payments/api`,
          },
        ],
        attestations: [],
      },
    ]);
  });

  it.each([
    ["simplesigning", signSimple],
    ["bundle", signBundle],
  ] as const)("does not pass as %s by a stranger, or unsigned", async (_layout, sign) => {
    const { name, target, stranger, attest } = await openScene({ referrers });
    const digest = await pushImage(target, "v1", "content");
    const unsigned = await attest([pod(`${name}:v1`)]);
    expect([codes(unsigned), unsigned.verified]).toEqual([["IMAGE_UNSIGNED"], undefined]);
    await sign(target, digest, stranger);
    const strange = await attest([pod(`${name}:v1`)]);
    expect([codes(strange), strange.verified]).toEqual([["IMAGE_WRONG_KEY"], undefined]);
  });
});

describe("several signatures", () => {
  it("pass with one good one among bad ones, and only that is evidence", async () => {
    const { name, target, key, stranger, attest } = await openScene();
    const digest = await pushImage(target, "v1", "content");
    await signSimple(target, digest, stranger);
    await signSimple(target, digest, stranger, Buffer.from("no payload"));
    await signSimple(target, digest, key);
    await signBundle(target, digest, stranger);
    const verdict = await attest([pod(`${name}:v1`)]);
    expect(codes(verdict)).toEqual([]);
    expect(verdict.images[0]?.signatures.map(({ layout }) => layout)).toEqual(["simplesigning"]);
  });

  it("are all evidence when they are all good", async () => {
    const { name, target, key, attest } = await openScene();
    const digest = await pushImage(target, "v1", "content");
    await signSimple(target, digest, key);
    await signBundle(target, digest, key);
    const { images } = await attest([pod(`${name}:v1`)]);
    expect(images[0]?.signatures.map(({ layout }) => layout)).toEqual(["simplesigning", "bundle"]);
  });
});

it("a bundle is found where a registry lists it by the type of its config", async () => {
  let listed: string | undefined;
  const { host, name, target, key, attest } = await openScene({
    intercept: ({ url = "" }, response) => {
      if (listed === undefined || !url.includes("/referrers/")) return false;
      response.writeHead(200, { "content-type": MEDIA_TYPE.ociIndex }).end(listed);
      return true;
    },
  });
  const digest = await pushImage(target, "v1", "content");
  await signBundle(target, digest, key);
  const honest = await (await fetch(`http://${host}/v2/payments/api/referrers/${digest}`)).text();
  const relist = (artifactType: string) =>
    honest.replace("application/vnd.dev.sigstore.bundle.v0.3+json", artifactType);
  listed = relist("application/vnd.oci.empty.v1+json");
  expect(codes(await attest([pod(`${name}:v1`)]))).toEqual([]);
  listed = relist("application/spdx+json");
  expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_UNSIGNED"]);
});

describe("rules", () => {
  it("must all hold when several match", async () => {
    const { host, name, target, key, stranger, attest } = await openScene();
    const digest = await pushImage(target, "v1", "content");
    await signSimple(target, digest, key);
    const rules = compileArtifactRules([rule([`${host}/**`], key), rule([name], stranger)]);
    expect(codes(await attest([pod(`${name}:v1`)], { rules }))).toEqual(["IMAGE_WRONG_KEY"]);
    await signBundle(target, digest, stranger);
    const verdict = await attest([pod(`${name}:v1`)], { rules });
    expect(codes(verdict)).toEqual([]);
    expect(verdict.images[0]?.signatures).toHaveLength(2);
  });

  it("hold with any of their keys", async () => {
    const { host, name, target, key, stranger, attest } = await openScene();
    await signSimple(target, await pushImage(target, "v1", "content"), stranger);
    const both = compileArtifactRules([rule([`${host}/**`], key, stranger)]);
    expect(codes(await attest([pod(`${name}:v1`)], { rules: both }))).toEqual([]);
    const one = compileArtifactRules([rule([`${host}/**`], key)]);
    expect(codes(await attest([pod(`${name}:v1`)], { rules: one }))).toEqual(["IMAGE_WRONG_KEY"]);
  });

  it.each([
    ["none", []],
    ["of another repository", ["payments/other"]],
  ])("that do not match leave an image out, and its registry unasked: %s", async (_, paths) => {
    const { host, name, target, key, requests, attest } = await openScene();
    await signSimple(target, await pushImage(target, "v1", "content"), key);
    const asked = requests.length;
    const rules = compileArtifactRules(paths.map((path) => rule([`${host}/${path}`], key)));
    expect(codes(await attest([pod(`${name}:v1`)], { rules }))).toEqual(["IMAGE_NOT_MATCHED"]);
    expect(requests).toHaveLength(asked);
  });
});

describe("what an image is", () => {
  it("is its digest where one is given, whatever the tag", async () => {
    const { name, target, key, attest } = await openScene();
    const signed = await pushImage(target, "v1", "signed");
    await signSimple(target, signed, key);
    const unsigned = await pushImage(target, "v1", "unsigned");
    const verdict = await attest([pod(`${name}:v1@${signed}`)]);
    expect(verdict.verified).toEqual(manifestsOf([pod(`${name}:v1@${signed}`)]));
    expect(codes(await attest([pod(`${name}@${unsigned}`)]))).toEqual(["IMAGE_UNSIGNED"]);
  });

  it("is latest where nothing is given, and the pinned reference says so", async () => {
    const { name, target, key, attest } = await openScene();
    const digest = await pushImage(target, "latest", "content");
    await signSimple(target, digest, key);
    expect((await attest([pod(name)])).images[0]?.reference).toBe(`${name}:latest@${digest}`);
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_NOT_FOUND"]);
  });

  it("can be an index, signed as a whole; signatures on its parts do not count", async () => {
    const { name, target, key, attest } = await openScene();
    const part = await pushImage(target, "part", "content");
    await signBundle(target, part, key);
    const manifests = [{ mediaType: MEDIA_TYPE.ociManifest, digest: part, size: 1 }];
    const index = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests };
    const { digest } = await pushManifest(target, index, "v1");
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_UNSIGNED"]);
    await signBundle(target, digest, key);
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual([]);
  });

  it("is not anything else that a registry can hold", async () => {
    const { name, target, key, attest } = await openScene();
    const blob = await pushBlob(target, "text/plain", Buffer.from("x"));
    const both = {
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.ociManifest,
      config: blob,
      layers: [],
      manifests: [],
    };
    await signSimple(target, (await pushManifest(target, both, "v1")).digest, key);
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_MALFORMED"]);
  });

  it("cannot be written in any other way", async () => {
    const { attest } = await openScene();
    expect(codes(await attest([pod("Registry.Example/a")]))).toEqual(["IMAGE_REFERENCE_INVALID"]);
    expect(codes(await attest([pod(null)]))).toEqual(["IMAGE_MISSING"]);
  });
});

describe("a change", () => {
  it("passes without images, whatever the rules", async () => {
    const { attest } = await openScene();
    const objects = [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } }];
    expect((await attest(objects, { rules: [] })).verified).toEqual(manifestsOf(objects));
  });

  it("tells about every image, and passes with all of them or not at all", async () => {
    const { host, name, target, key, attest } = await openScene();
    await signSimple(target, await pushImage(target, "v1", "content"), key);
    const objects = [pod(`${name}:v1`, "a"), pod(`${name}:v2`, "b"), pod("elsewhere.example/x", "c")];
    const verdict = await attest(objects);
    expect(codes(verdict)).toEqual(["IMAGE_NOT_FOUND", "IMAGE_NOT_MATCHED"]);
    expect(verdict.images.map(({ image }) => image)).toEqual([`${name}:v1`]);
    expect(verdict.verified).toBeUndefined();
    expect(host).not.toBe("");
  });

  it("has at most 500 different images", async () => {
    const { requests, attest } = await openScene();
    const containers = Array.from({ length: 501 }, (_, index) => ({ image: `elsewhere.example/a:${index}` }));
    const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "many" }, spec: { containers } };
    expect(codes(await attest([object]))).toEqual(["IMAGES_TOO_MANY"]);
    expect(requests).toEqual([]);
    const fewer = { ...object, spec: { containers: containers.slice(1) } };
    expect(new Set(codes(await attest([fewer])))).toEqual(new Set(["IMAGE_NOT_MATCHED"]));
  });

  it("is a fault where the registry cannot be asked", async () => {
    const { name, attest } = await openScene({ intercept: ({ socket }) => socket.destroy().destroyed });
    await expect(attest([pod(`${name}:v1`)])).rejects.toMatchObject({ code: "UNREACHABLE" });
  });
});
