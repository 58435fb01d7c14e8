import { describe, expect, it } from "vitest";
import { signSimple } from "../../src/demo/cosign-signer.ts";
import { pushImage } from "../../src/demo/image.ts";
import { manifestsOf } from "../../src/render/index.ts";
import { codes, openScene, pod } from "../integration/artifacts/scene.ts";

describe("attack 15: the tag is resolved once to verify, and again to run", () => {
  it("the tag moves after it was read: what was verified is what is applied", async () => {
    let moved: Promise<unknown> = Promise.resolve();
    const scene = await openScene({
      intercept: ({ method, url }, response) => {
        // The answer that is on its way still names the signed image; every later one names the evil one.
        if (method === "GET" && url?.endsWith("/manifests/v1")) {
          response.once("finish", () => {
            moved = pushImage(scene.target, "v1", "evil");
          });
        }
        return false;
      },
    });
    const { host, name, target, key, requests, attest } = scene;
    const signed = await pushImage(target, "v1", "honest");
    await signSimple(target, signed, key);

    const { verified, images } = await attest([pod(`${name}:v1`, "a"), pod(`${name}:v1`, "b")]);
    const evil = await moved;
    const pinned = `${host}/payments/api:v1@${signed}`;
    expect(evil).not.toBe(signed);
    expect(verified).toEqual(manifestsOf([pod(pinned, "a"), pod(pinned, "b")]));
    expect(images.map(({ digest }) => digest)).toEqual([signed]);
    expect(requests.filter((request) => request.endsWith("GET /v2/payments/api/manifests/v1"))).toHaveLength(
      1,
    );
  });

  it("two spellings of one image are one resolution", async () => {
    const { name, target, key, requests, attest } = await openScene();
    const signed = await pushImage(target, "latest", "honest");
    await signSimple(target, signed, key);
    const { verified } = await attest([pod(name, "a"), pod(`${name}:latest`, "b")]);
    const pinned = `${name}:latest@${signed}`;
    expect(verified).toEqual(manifestsOf([pod(pinned, "a"), pod(pinned, "b")]));
    expect(
      requests.filter((request) => request.endsWith("/manifests/latest") && request.startsWith("GET")),
    ).toHaveLength(1);
  });

  it("the tag moved before it was read: the evil image is looked at, and refused", async () => {
    const { name, target, key, attest } = await openScene();
    await signSimple(target, await pushImage(target, "v1", "honest"), key);
    await pushImage(target, "v1", "evil");
    const verdict = await attest([pod(`${name}:v1`)]);
    expect([codes(verdict), verdict.verified]).toEqual([["IMAGE_UNSIGNED"], undefined]);
  });
});
