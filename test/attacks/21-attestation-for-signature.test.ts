import { describe, expect, it } from "vitest";
import { attachBundle, makeBundle, signBundle, signStatement } from "../../src/demo/cosign-signer.ts";
import { pushImage } from "../../src/demo/image.ts";
import { codes, openScene, pod } from "../integration/artifacts/scene.ts";

const PROVENANCE = "https://slsa.dev/provenance/v1";

describe("attack 21, the part of signatures: something else that a trusted key signed", () => {
  it("an attestation is not a signature, and is no harm beside one", async () => {
    const { name, target, key, attest } = await openScene();
    const digest = await pushImage(target, "v1", "content");
    await signBundle(target, digest, key, signStatement(digest, PROVENANCE));
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_PAYLOAD_MISMATCH"]);
    await signBundle(target, digest, key);
    const verdict = await attest([pod(`${name}:v1`)]);
    expect(codes(verdict)).toEqual([]);
    expect(verdict.images[0]?.signatures).toHaveLength(1);
  });

  it.each([
    ["a payload that is not a Statement", Buffer.from('{"hello": "world"}')],
    ["a payload that is not JSON", Buffer.from("hello")],
  ])("%s", async (_, payload) => {
    const { name, target, key, attest } = await openScene();
    await signBundle(target, await pushImage(target, "v1", "content"), key, payload);
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_PAYLOAD_MISMATCH"]);
  });

  it("a Statement under another payload type, which the signature covers", async () => {
    const { name, target, key, attest } = await openScene();
    const digest = await pushImage(target, "v1", "content");
    const text = JSON.stringify(makeBundle(key, signStatement(digest)));
    await attachBundle(
      target,
      digest,
      Buffer.from(text.replace("application/vnd.in-toto+json", "application/json")),
    );
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_SIGNATURE_INVALID"]);
  });
});
