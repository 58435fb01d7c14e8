import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { signSimple } from "../../src/demo/cosign-signer.ts";
import { pushImage } from "../../src/demo/image.ts";
import { codes, openScene, pod } from "../integration/artifacts/scene.ts";

const LOGIN = { username: "robot", password: "canary-4711" };
const BASIC = `Basic ${Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString("base64")}`;

/** A host that is not the registry, and keeps every header that it is sent. */
async function startThief(answer: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const loot: string[] = [];
  const server = createServer((request, response) => {
    loot.push(JSON.stringify(request.headers));
    answer(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, loot };
}

/** A registry whose GETs need LOGIN or a token; everything else is as in the demo's. */
async function openGuardedScene(challenge: (host: string) => string, redirect?: string) {
  const state = { guarded: false };
  const scene = await openScene(
    {
      intercept: ({ method, url = "", headers }, response) => {
        if (!state.guarded || method !== "GET") return false;
        if (url.startsWith("/token")) {
          const known = headers.authorization === BASIC;
          response.writeHead(known ? 200 : 401).end('{"token":"canary-token"}');
          return true;
        }
        if (headers.authorization !== BASIC && headers.authorization !== "Bearer canary-token") {
          response.writeHead(401, { "www-authenticate": challenge(headers.host ?? "") }).end();
          return true;
        }
        if (redirect !== undefined && url.includes("/blobs/")) {
          response.writeHead(307, { location: redirect }).end();
          return true;
        }
        return false;
      },
    },
    { credentials: () => LOGIN },
  );
  await signSimple(scene.target, await pushImage(scene.target, "v1", "content"), scene.key);
  state.guarded = true;
  return scene;
}

const basic = (): string => "Basic realm=registry";
const bearer = (host: string): string => `Bearer realm="http://${host}/token"`;

describe("attack 23: credentials that are asked for, or led, to another host", () => {
  it.each([
    ["basic", basic],
    ["a token", bearer],
  ])("the honest twin logs in with %s", async (_, challenge) => {
    const { name, attest } = await openGuardedScene(challenge);
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual([]);
  });

  it.each([
    ["basic", basic],
    ["a token", bearer],
  ])("a redirect to another host, after login with %s", async (_, challenge) => {
    const { host, loot } = await startThief((_request, response) => response.writeHead(404).end());
    const { name, attest } = await openGuardedScene(challenge, `http://${host}/storage`);
    expect(codes(await attest([pod(`${name}:v1`)]))).toEqual(["IMAGE_SIGNATURE_INVALID"]);
    expect(loot).toHaveLength(1);
    expect(loot.join()).not.toMatch(/authorization|canary/i);
  });

  it("a token service on another host", async () => {
    const { host, loot } = await startThief((_request, response) => response.end('{"token":"x"}'));
    const { name, attest } = await openGuardedScene(() => `Bearer realm="http://${host}/token"`);
    await expect(attest([pod(`${name}:v1`)])).rejects.toMatchObject({ code: "CREDENTIALS_WITHHELD" });
    expect(loot).toEqual([]);
  });

  it("another host that asks for a login when it was redirected to", async () => {
    const { host, loot } = await startThief((_request, response) =>
      response.writeHead(401, { "www-authenticate": "Basic realm=registry" }).end(),
    );
    const { name, attest } = await openGuardedScene(basic, `http://${host}/storage`);
    await expect(attest([pod(`${name}:v1`)])).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(loot.join()).not.toMatch(/"authorization"|canary/i);
  });

  it("no message shows them", async () => {
    const { name, attest } = await openGuardedScene(() => "Negotiate");
    const error: unknown = await attest([pod(`${name}:v1`)]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "UNAUTHORIZED" });
    expect(JSON.stringify([String(error), error])).not.toContain("canary");
  });
});
