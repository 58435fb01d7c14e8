import { describe, expect, it } from "vitest";
import { type Digest, sha256 } from "../digest.ts";
import type { ByteCache } from "./byte-cache.ts";
import type { RegistryCredentials } from "./credentials.ts";
import type { Fetch } from "./exchange.ts";
import { MEDIA_TYPE } from "./manifest.ts";
import { createRegistry, type RegistryOptions } from "./registry.ts";

const repository = { registry: "r.example", path: "a/b" };
const bytes = Buffer.from('{"schemaVersion":2}');
const digest = sha256(bytes);
const BASE = "https://r.example/v2/a/b";

/** Answers by URL; what is not listed is not found. Keeps each URL with its `Authorization`. */
function fake(
  answers: Record<string, (authorization: string | null) => Response>,
  options: RegistryOptions = {},
) {
  const asked: [string, string | null][] = [];
  const fetch: Fetch = async (input, init) => {
    const authorization = new Headers(init?.headers).get("authorization");
    asked.push([String(input), authorization]);
    return answers[String(input)]?.(authorization) ?? new Response(null, { status: 404 });
  };
  const pace = { now: () => 0, sleep: async () => undefined };
  return { registry: createRegistry({ fetch, pace, ...options }), asked };
}

const ok =
  (body: Uint8Array, headers: Record<string, string> = {}) =>
  () =>
    new Response(Buffer.from(body), { headers });

describe("a manifest", () => {
  it("is fetched by tag, and has the digest of its bytes", async () => {
    const { registry } = fake({ [`${BASE}/manifests/v1`]: ok(bytes, { "docker-content-digest": digest }) });
    expect(await registry.fetchManifest(repository, "v1")).toEqual({ digest, bytes });
  });

  it.each<[string, string, Record<string, string>]>([
    ["the registry announces another digest", "v1", { "docker-content-digest": sha256("other") }],
    ["another digest was asked for", sha256("other"), {}],
  ])("is not taken when %s", async (_, reference, headers) => {
    const { registry } = fake({ [`${BASE}/manifests/${reference}`]: ok(bytes, headers) });
    await expect(registry.fetchManifest(repository, reference)).rejects.toMatchObject({
      code: "DIGEST_MISMATCH",
    });
  });

  it("is undefined when there is none, and a fault when we cannot know", async () => {
    const { registry } = fake({ [`${BASE}/manifests/odd`]: () => new Response(null, { status: 418 }) });
    expect(await registry.fetchManifest(repository, "none")).toBeUndefined();
    await expect(registry.fetchManifest(repository, "odd")).rejects.toMatchObject({
      code: "UNEXPECTED_STATUS",
    });
  });
});

describe("a blob", () => {
  it("is hashed", async () => {
    const { registry } = fake({ [`${BASE}/blobs/${digest}`]: ok(bytes) });
    expect(await registry.fetchBlob(repository, digest, 100)).toEqual(bytes);
  });

  it("is not taken when it is another one, or longer than allowed", async () => {
    const { registry } = fake({ [`${BASE}/blobs/${digest}`]: ok(Buffer.from("altered")) });
    await expect(registry.fetchBlob(repository, digest, 100)).rejects.toMatchObject({
      code: "DIGEST_MISMATCH",
    });
    await expect(registry.fetchBlob(repository, digest, 3)).rejects.toMatchObject({ code: "TOO_LARGE" });
  });
});

describe("the cache", () => {
  const held = new Map<Digest, Uint8Array>();
  const cache: ByteCache = {
    read: async (key) => held.get(key),
    write: async (key, value) => {
      held.set(key, value);
    },
  };

  it("answers for digests, never for tags", async () => {
    const { registry, asked } = fake({ [`${BASE}/manifests/v1`]: ok(bytes) }, { cache });
    await registry.fetchManifest(repository, "v1");
    await registry.fetchManifest(repository, digest);
    await registry.fetchManifest(repository, "v1");
    expect(asked.map(([url]) => url)).toEqual([`${BASE}/manifests/v1`, `${BASE}/manifests/v1`]);
  });

  it("does not lift the limit of a blob", async () => {
    held.set(digest, bytes);
    const { registry } = fake({ [`${BASE}/blobs/${digest}`]: ok(bytes) }, { cache });
    await expect(registry.fetchBlob(repository, digest, 3)).rejects.toMatchObject({ code: "TOO_LARGE" });
  });
});

describe("referrers", () => {
  const subject = sha256("subject");
  const descriptor = { mediaType: MEDIA_TYPE.ociManifest, digest, size: 1 };
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }));
  const tag = `${BASE}/manifests/${subject.replace(":", "-")}`;

  it("come from the API, and then the tag is not asked", async () => {
    const api = ok(index, { "content-type": MEDIA_TYPE.ociIndex });
    const { registry, asked } = fake({ [`${BASE}/referrers/${subject}`]: api });
    expect(await registry.fetchReferrers(repository, subject)).toEqual([descriptor]);
    expect(asked).toHaveLength(1);
  });

  it("come from the fallback tag where there is no API", async () => {
    const { registry } = fake({ [tag]: ok(index) });
    expect(await registry.fetchReferrers(repository, subject)).toEqual([descriptor]);
  });

  it("are none where neither is there, and a fault where the tag holds something else", async () => {
    expect(await fake({}).registry.fetchReferrers(repository, subject)).toEqual([]);
    const { registry } = fake({ [tag]: ok(bytes) });
    await expect(registry.fetchReferrers(repository, subject)).rejects.toMatchObject({
      code: "MALFORMED_RESPONSE",
    });
  });
});

describe("a login", () => {
  const password: RegistryCredentials = { username: "user", password: "word" };
  const basic = `Basic ${Buffer.from("user:word").toString("base64")}`;
  const url = `${BASE}/manifests/v1`;

  /** Asks with `challenge` until the `Authorization` is the one expected. */
  function guarded(challenge: string, expected: string) {
    return (authorization: string | null) =>
      authorization === expected
        ? new Response(bytes)
        : new Response(null, { status: 401, headers: { "www-authenticate": challenge } });
  }

  const BEARER = 'Bearer realm="https://r.example/token",service="the service",scope="repository:other:push"';
  const TOKEN_URL = "https://r.example/token?service=the+service&scope=repository%3Aa%2Fb%3Apull";
  const token = (value: unknown) => () => Response.json(value);

  it("is basic where that is asked for", async () => {
    const { registry } = fake({ [url]: guarded("Basic realm=r", basic) }, { credentials: () => password });
    expect(await registry.fetchManifest(repository, "v1")).toMatchObject({ digest });
  });

  it("gets a token for what we want to do, whatever scope is suggested", async () => {
    const { registry, asked } = fake(
      { [url]: guarded(BEARER, "Bearer t1"), [TOKEN_URL]: token({ token: "t1" }) },
      { credentials: () => password },
    );
    expect(await registry.fetchManifest(repository, "v1")).toMatchObject({ digest });
    expect(asked).toEqual([
      [url, null],
      [TOKEN_URL, basic],
      [url, "Bearer t1"],
    ]);
    await registry.fetchManifest(repository, "v1");
    expect(asked.at(-1)).toEqual([url, "Bearer t1"]);
    expect(asked).toHaveLength(4);
  });

  it("gets a new token when the old one has run out", async () => {
    let valid = "t1";
    const { registry, asked } = fake({
      [url]: (authorization) => guarded(BEARER, `Bearer ${valid}`)(authorization),
      [TOKEN_URL]: () => Response.json({ access_token: valid }),
    });
    await registry.fetchManifest(repository, "v1");
    valid = "t2";
    expect(await registry.fetchManifest(repository, "v1")).toMatchObject({ digest });
    expect(asked.at(-1)).toEqual([url, "Bearer t2"]);
  });

  it("is the token that was given", async () => {
    const { registry } = fake(
      { [url]: guarded(BEARER, "Bearer t0") },
      { credentials: () => ({ bearerToken: "t0" }) },
    );
    expect(await registry.fetchManifest(repository, "v1")).toMatchObject({ digest });
  });

  it("goes to a token service on another host when that is listed with it", async () => {
    const challenge = BEARER.replace("//r.example", "//login.example");
    const answers = {
      [url]: guarded(challenge, "Bearer t1"),
      [TOKEN_URL.replace("//r.example", "//login.example")]: token({ token: "t1" }),
    };
    const listed = fake(answers, { credentials: () => ({ ...password, tokenHosts: ["login.example"] }) });
    expect(await listed.registry.fetchManifest(repository, "v1")).toMatchObject({ digest });
    const unlisted = fake(answers, { credentials: () => password });
    await expect(unlisted.registry.fetchManifest(repository, "v1")).rejects.toMatchObject({
      code: "CREDENTIALS_WITHHELD",
    });
    expect(unlisted.asked).toEqual([[url, null]]);
  });

  it.each<[string, string, Response | undefined, RegistryCredentials | undefined, string]>([
    ["there are no credentials", "Basic realm=r", undefined, undefined, "UNAUTHORIZED"],
    ["they are wrong", "Basic realm=r", undefined, { username: "user", password: "no" }, "UNAUTHORIZED"],
    ["the scheme is unknown", "Negotiate", undefined, password, "UNAUTHORIZED"],
    ["the token service refuses", BEARER, new Response(null, { status: 403 }), password, "UNAUTHORIZED"],
    ["the token does not help", BEARER, Response.json({ token: "wrong" }), password, "UNAUTHORIZED"],
    ["the answer has no token", BEARER, Response.json({}), password, "MALFORMED_RESPONSE"],
    ["the answer is not JSON", BEARER, new Response("<html>"), password, "MALFORMED_RESPONSE"],
    ["the token has a line break", BEARER, Response.json({ token: "a\nb" }), password, "MALFORMED_RESPONSE"],
    [
      "the token is endless",
      BEARER,
      Response.json({ token: "t".repeat(20_000) }),
      password,
      "MALFORMED_RESPONSE",
    ],
    ["the answer is endless", BEARER, Response.json({ token: "t".repeat(70_000) }), password, "TOO_LARGE"],
    ["the realm is no URL", 'Bearer realm="token"', undefined, password, "MALFORMED_RESPONSE"],
    [
      "the realm is not on TLS",
      'Bearer realm="http://r.example/token"',
      undefined,
      undefined,
      "UNSAFE_REDIRECT",
    ],
    [
      "the realm is our machine",
      'Bearer realm="https://127.0.0.1/"',
      undefined,
      undefined,
      "UNSAFE_REDIRECT",
    ],
  ])("fails when %s", async (_, challenge, answer, credentials, code) => {
    const answers = {
      [url]: guarded(challenge, basic),
      ...(answer !== undefined && { [TOKEN_URL]: () => answer }),
    };
    const { registry } = fake(answers, { credentials: () => credentials });
    await expect(registry.fetchManifest(repository, "v1")).rejects.toMatchObject({ code });
  });

  it("is asked of the credentials by the registry's name, and answered for that host alone", async () => {
    const elsewhere = "https://storage.example/x";
    const { registry, asked } = fake(
      {
        [url]: () => new Response(null, { status: 307, headers: { location: elsewhere } }),
        [elsewhere]: guarded("Basic realm=storage", basic),
      },
      { credentials: (host) => (host === "r.example" ? password : undefined) },
    );
    await expect(registry.fetchManifest(repository, "v1")).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(asked.map(([, authorization]) => authorization)).toEqual([null, null]);
  });
});

it("gives up when its time is over", async () => {
  const fetch: Fetch = (_, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
    });
  const registry = createRegistry({ fetch, operationMs: 20 });
  await expect(registry.fetchManifest(repository, "v1")).rejects.toMatchObject({ code: "TIMEOUT" });
});
