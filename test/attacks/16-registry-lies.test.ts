import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { signBundle, signSimple } from "../../src/demo/cosign-signer.ts";
import { pushImage } from "../../src/demo/image.ts";
import { pullManifest } from "../../src/demo/registry-push.ts";
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
    await expect(attest([pod(`${name}:v1`)])).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
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
