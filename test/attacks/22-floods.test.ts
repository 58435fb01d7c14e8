import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { signBundle, signSimple } from "../../src/demo/cosign-signer.ts";
import { pushImage } from "../../src/demo/image.ts";
import { pushBlob, pushManifest } from "../../src/demo/registry-push.ts";
import { sha256 } from "../../src/digest.ts";
import { MEDIA_TYPE, type RegistryOptions } from "../../src/oci/index.ts";
import { codes, openScene, pod } from "../integration/artifacts/scene.ts";

const MiB = 1024 * 1024;
const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** A registry that answers GETs of one path in its own way. */
function openHostileScene(
  path: RegExp,
  answer: (response: ServerResponse) => unknown,
  client: RegistryOptions = {},
) {
  return openScene(
    {
      intercept: ({ method, url = "" }, response) => {
        if (method !== "GET" || !path.test(url)) return false;
        answer(response);
        return true;
      },
    },
    client,
  );
}

/** Sends until nobody listens any more. */
function sendForEver(response: ServerResponse): void {
  const chunk = Buffer.alloc(64 * 1024, " ");
  const send = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", send).writeHead(200);
  send();
}

function referrers(count: number): string {
  const manifests = Array.from({ length: count }, (_, index) => ({
    mediaType: MEDIA_TYPE.ociManifest,
    digest: sha256(String(index)),
    size: 1,
    artifactType: BUNDLE,
  }));
  return JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests });
}

describe("attack 22: more signatures than anybody makes", () => {
  it("a hundred layers are looked at, one more is not", async () => {
    const { name, target, key, stranger, requests, attest } = await openScene();
    const digest = await pushImage(target, "v1", "content");
    for (let index = 0; index < 99; index++) await signSimple(target, digest, stranger);
    await signSimple(target, digest, key);
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual([]);

    await signSimple(target, digest, key);
    const before = requests.length;
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_SIGNATURES_EXCESSIVE"]);
    expect(requests.slice(before).filter((request) => request.includes("/blobs/"))).toEqual([]);
  });

  it.each([
    ["ten thousand at once", 10_000, ""],
    ["a few on each of endless pages", 2, '</v2/payments/api/referrers/again>; rel="next"'],
    ["a hundred and one bundles", 101, ""],
  ])("%s", async (_, count, link) => {
    const { name, target, attest } = await openHostileScene(/\/referrers\//, (response) =>
      response.writeHead(200, { "content-type": MEDIA_TYPE.ociIndex, link }).end(referrers(count)),
    );
    await pushImage(target, "v1", "content");
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_SIGNATURES_EXCESSIVE"]);
  });
});

describe("attack 22: more bytes than a signature has", () => {
  it("a bundle that says it has 2 GB is never fetched", async () => {
    const { name, target, key, requests, attest } = await openScene();
    const digest = await pushImage(target, "v1", "content");
    const blob = await pushBlob(target, BUNDLE, Buffer.from("{}"));
    await pushManifest(target, {
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.ociManifest,
      artifactType: BUNDLE,
      config: blob,
      layers: [{ ...blob, size: 2 * 1024 * MiB }],
      subject: { mediaType: MEDIA_TYPE.ociManifest, digest, size: 1 },
    });
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_SIGNATURE_INVALID"]);
    expect(requests.filter((request) => request.startsWith("GET") && request.includes("/blobs/"))).toEqual(
      [],
    );
    await signBundle(target, digest, key);
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual([]);
  });

  it.each([
    ["a manifest", /\/manifests\/v1$/],
    ["a list of referrers", /\/referrers\//],
  ])("%s without an end", async (_, path) => {
    const { name, target, key, attest } = await openHostileScene(path, (response) => {
      response.setHeader("content-type", MEDIA_TYPE.ociIndex);
      sendForEver(response);
    });
    await signSimple(target, await pushImage(target, "v1", "content"), key);
    await expect(attest([pod(`${name}:v1`)])).rejects.toMatchObject({ code: "TOO_LARGE" });
  });

  it("a signature's blob without an end", async () => {
    const { name, target, key, attest } = await openHostileScene(/\/blobs\//, sendForEver);
    await signSimple(target, await pushImage(target, "v1", "content"), key);
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_SIGNATURE_INVALID"]);
  });

  it("a few kilobytes that unpack to many megabytes", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * MiB));
    expect(bomb.length).toBeLessThan(MiB);
    const { name, attest } = await openHostileScene(/\/manifests\/v1$/, (response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(bomb),
    );
    await expect(attest([pod(`${name}:v1`)])).rejects.toMatchObject({ code: "TOO_LARGE" });
  });
});

describe("attack 22: more patience than we have", () => {
  it.each([
    ["an endless redirect", { location: "/v2/payments/api/manifests/v1" }, "TOO_MANY_REDIRECTS"],
    ["a pause of a day", { "retry-after": "86400" }, "RATE_LIMITED"],
  ])("%s", async (_, headers, code) => {
    const status = "location" in headers ? 307 : 429;
    const { name, requests, attest } = await openHostileScene(/./, (response) =>
      response.writeHead(status, headers).end(),
    );
    await expect(attest([pod(`${name}:v1`)])).rejects.toMatchObject({ code });
    expect(requests.length).toBeLessThan(10);
  });

  it("an endless redirect of the token service", async () => {
    const { name, requests, attest } = await openHostileScene(/./, (response) => {
      const realm = `http://${response.req.headers.host}/token`;
      const headers = { location: "/token/again", "www-authenticate": `Bearer realm="${realm}"` };
      response.writeHead(response.req.url?.startsWith("/token") === true ? 307 : 401, headers).end();
    });
    await expect(attest([pod(`${name}:v1`)])).rejects.toMatchObject({ code: "TOO_MANY_REDIRECTS" });
    expect(requests.length).toBeLessThan(10);
  });

  it("an answer that comes a byte at a time", async () => {
    const { name, attest } = await openHostileScene(
      /\/manifests\/v1$/,
      (response) => {
        const drip = setInterval(() => response.write(" "), 20);
        response.on("close", () => clearInterval(drip));
      },
      { operationMs: 200 },
    );
    await expect(attest([pod(`${name}:v1`)])).rejects.toMatchObject({ code: "TIMEOUT" });
  });
});
