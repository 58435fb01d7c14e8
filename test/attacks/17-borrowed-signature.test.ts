import { describe, expect, it } from "vitest";
import { signBundle, signSimple, signStatement, simpleSigningPayload } from "../../src/demo/cosign-signer.ts";
import { pushImage } from "../../src/demo/image.ts";
import { pullManifest, pushBlob, pushManifest } from "../../src/demo/registry-push.ts";
import { codes, openScene, pod } from "../integration/artifacts/scene.ts";

describe("attack 17: a signature that was made for something else", () => {
  it("for another image, copied to this one's tag", async () => {
    const { name, target, key, attest } = await openScene();
    const honest = await pushImage(target, "honest", "honest");
    const evil = await pushImage(target, "v1", "evil");
    await signSimple(target, honest, key);
    expect(codes(await attest([pod(`${name}:honest`)]))).toEqual([]);

    const signature = await pullManifest(target, `${honest.replace(":", "-")}.sig`);
    await pushBlob(target, "application/json", simpleSigningPayload(target, honest));
    await pushManifest(target, { mediaType: "", ...signature }, `${evil.replace(":", "-")}.sig`);
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_PAYLOAD_MISMATCH"]);
  });

  it("for another image, in a bundle that is attached to this one", async () => {
    const { name, target, key, attest } = await openScene();
    const honest = await pushImage(target, "honest", "honest");
    const evil = await pushImage(target, "v1", "evil");
    await signBundle(target, evil, key, signStatement(honest));
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_PAYLOAD_MISMATCH"]);
    await signBundle(target, evil, key, signStatement(evil));
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual([]);
  });

  it("for something that is not an image, with this image's digest", async () => {
    const { name, target, key, attest } = await openScene();
    const digest = await pushImage(target, "v1", "content");
    const payload = simpleSigningPayload(target, digest).toString().replace("container image", "blob");
    await signSimple(target, digest, key, Buffer.from(payload));
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_PAYLOAD_MISMATCH"]);
  });

  it("for another repository or registry: the same content, and the signer's word is there for policy", async () => {
    const { name, target, key, attest } = await openScene();
    const digest = await pushImage(target, "v1", "content");
    const elsewhere = { host: "staging.example", path: "payments/api" };
    await signSimple(target, digest, key, simpleSigningPayload(elsewhere, digest));
    const { images } = await attest([pod(`${name}:v1`)]);
    expect(images[0]?.signatures[0]?.identity).toBe("staging.example/payments/api");

    await signSimple(target, digest, key);
    const both = await attest([pod(`${name}:v1`)]);
    expect(both.images[0]?.signatures[1]?.identity).toBe(name);
  });
});
