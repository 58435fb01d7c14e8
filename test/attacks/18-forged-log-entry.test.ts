import { describe, expect, it } from "vitest";
import { attachBundle, makeBundle, type SigningKey, signStatement } from "../../src/demo/cosign-signer.ts";
import { pushImage } from "../../src/demo/image.ts";
import type { Digest } from "../../src/digest.ts";
import { codes, openScene, pod } from "../integration/artifacts/scene.ts";

/** In the shape of a Rekor entry; nothing in it is true. */
const FORGED_ENTRY = {
  logIndex: "1",
  logId: { keyId: "AAAA" },
  kindVersion: { kind: "dsse", version: "0.0.1" },
  integratedTime: "1700000000",
  inclusionPromise: { signedEntryTimestamp: "AAAA" },
  inclusionProof: {
    logIndex: "1",
    rootHash: "AAAA",
    treeSize: "2",
    hashes: [],
    checkpoint: { envelope: "x" },
  },
  canonicalizedBody: "AAAA",
};

function bundleWithLog(key: SigningKey, digest: Digest, tlogEntries: unknown): Uint8Array {
  const bundle = JSON.parse(JSON.stringify(makeBundle(key, signStatement(digest))));
  const verificationMaterial = { ...bundle.verificationMaterial, tlogEntries };
  return Buffer.from(JSON.stringify({ ...bundle, verificationMaterial }));
}

describe("attack 18, as far as pinned keys go: a claim that a signature was logged", () => {
  it("does not make a stranger's signature good", async () => {
    const { name, target, stranger, attest } = await openScene();
    const digest = await pushImage(target, "v1", "content");
    await attachBundle(target, digest, bundleWithLog(stranger, digest, [FORGED_ENTRY]));
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_WRONG_KEY"]);
  });

  it("adds nothing to a trusted key's signature", async () => {
    const { name, target, key, attest } = await openScene();
    const digest = await pushImage(target, "v1", "content");
    await attachBundle(target, digest, bundleWithLog(key, digest, [FORGED_ENTRY]));
    const logged = await attest([pod(`${name}:v1`)]);
    expect(codes(logged)).toEqual([]);
    const evidence = logged.images[0]?.signatures[0] ?? {};
    expect(new Set(Object.keys(evidence))).toEqual(
      new Set(["key", "origin", "layout", "manifest", "blob", "identity"]),
    );
  });

  it.each<[string, unknown]>([
    ["has an entry that is null", [null]],
    ["has an empty entry", [{}]],
    ["has an entry without a proof", [{ ...FORGED_ENTRY, inclusionProof: undefined }]],
  ])("is refused, and does no harm, when it %s", async (_, entries) => {
    const { name, target, key, attest } = await openScene();
    const digest = await pushImage(target, "v1", "content");
    await attachBundle(target, digest, bundleWithLog(key, digest, entries));
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_SIGNATURE_INVALID"]);
  });
});
