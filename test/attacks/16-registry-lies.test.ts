import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { signBundle, signSimple } from "../../src/demo/cosign-signer.ts";
import { pushImage } from "../../src/demo/image.ts";
import { type PushTarget, pullManifest, pushBlob, pushManifest } from "../../src/demo/registry-push.ts";
import type { Digest } from "../../src/digest.ts";
import { MEDIA_TYPE } from "../../src/oci/index.ts";
import { codes, openScene, pod } from "../integration/artifacts/scene.ts";

/** Once `lie` is set, every request whose path matches gets that answer. */
async function openLyingScene() {
  const control: { lie?: { path: RegExp; answer: (response: ServerResponse) => void } } = {};
  const scene = await openScene({
    intercept: ({ method, url = "" }, response) => {
      if (method !== "GET" || control.lie?.path.test(url) !== true) return false;
      control.lie.answer(response);
      return true;
    },
  });
  return { ...scene, control };
}

const BUNDLE_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

const answerWith =
  (body: string | Uint8Array, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    response.writeHead(200, headers).end(body);

describe("attack 16: the registry answers with something else than it was asked for", () => {
  it("another manifest for a digest", async () => {
    const { name, target, key, control, attest } = await openLyingScene();
    const digest = await pushImage(target, "v1", "honest");
    await signSimple(target, digest, key);
    expect(codes(await attest([pod(`${name}@${digest}`)]))).toEqual([]);

    await pushImage(target, "evil", "evil");
    const evil = JSON.stringify(await pullManifest(target, "evil"));
    control.lie = { path: new RegExp(`/manifests/${digest}$`), answer: answerWith(evil) };
    await expect(attest([pod(`${name}@${digest}`)])).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  });

  it("a manifest that is not what its own header says", async () => {
    const { name, target, key, control, attest } = await openLyingScene();
    const digest = await pushImage(target, "v1", "honest");
    await signSimple(target, digest, key);
    await pushImage(target, "evil", "evil");
    const evil = JSON.stringify(await pullManifest(target, "evil"));
    control.lie = { path: /\/manifests\/v1$/, answer: answerWith(evil, { "docker-content-digest": digest }) };
    await expect(attest([pod(`${name}:v1`)])).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  });

  it.each([
    ["simplesigning", signSimple],
    ["bundle", signBundle],
  ] as const)("another blob for a digest: %s", async (_, sign) => {
    const { name, target, key, control, attest } = await openLyingScene();
    await sign(target, await pushImage(target, "v1", "honest"), key);
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual([]);
    control.lie = { path: /\/blobs\//, answer: answerWith("{}") };
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_SIGNATURE_INVALID"]);
  });

  /** A bundle of three bytes, which says of itself that it has `size`. */
  async function attachBad(target: PushTarget, digest: Digest, size: number) {
    const blob = await pushBlob(target, BUNDLE_MEDIA_TYPE, Buffer.from("bad"));
    const manifest = await pushManifest(target, {
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.ociManifest,
      artifactType: BUNDLE_MEDIA_TYPE,
      config: blob,
      layers: [{ ...blob, size }],
      subject: { mediaType: MEDIA_TYPE.ociManifest, digest, size: 0 },
    });
    return { blob: blob.digest, manifest: manifest.digest };
  }

  it.each([
    ["larger than it says", 2, undefined],
    ["another blob than was asked for", 3, "blob"],
    ["another manifest than was asked for", 3, "manifest"],
  ] as const)("and what is attached beside a good signature does not hide it: %s", async (_, size, lie) => {
    const { name, target, key, control, attest } = await openLyingScene();
    const digest = await pushImage(target, "v1", "honest");
    const bad = await attachBad(target, digest, size);
    const path = new RegExp(`${bad[lie ?? "blob"]}$`);
    if (lie !== undefined) control.lie = { path, answer: answerWith("{}") };
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_SIGNATURE_INVALID"]);
    await signBundle(target, digest, key);
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual([]);

    control.lie = { path, answer: (response) => response.writeHead(418).end() };
    await expect(attest([pod(`${name}:v1`)])).rejects.toMatchObject({ code: "UNEXPECTED_STATUS" });
  });

  it("a tag for signatures that gives something else hides no good bundle", async () => {
    const { name, target, key, control, attest } = await openLyingScene();
    const digest = await pushImage(target, "v1", "honest");
    control.lie = { path: /\.sig$/, answer: answerWith("x", { "docker-content-digest": digest }) };
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_SIGNATURE_INVALID"]);
    await signBundle(target, digest, key);
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual([]);
  });

  it("another image's signature in the list of referrers", async () => {
    const { name, target, key, control, requests, attest } = await openLyingScene();
    const honest = await pushImage(target, "honest", "honest");
    await signBundle(target, honest, key);
    expect(codes(await attest([pod(`${name}:honest`)]))).toEqual([]);

    await pushImage(target, "v1", "evil");
    const url = `http://${target.host}${requests.find((each) => each.includes("/referrers/"))?.slice("GET ".length)}`;
    const list = await (await fetch(url)).text();
    expect(list).toContain('"manifests":[{');
    control.lie = {
      path: /\/referrers\//,
      answer: answerWith(list, { "content-type": MEDIA_TYPE.ociIndex }),
    };
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_SIGNATURE_INVALID"]);
  });
});
